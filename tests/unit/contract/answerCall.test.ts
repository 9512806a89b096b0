import { describe, expect, it, vi } from 'vitest'
import { answerCall } from '../../../src-main/contract/answerCall.ts'
import { createClient } from '../../../src-main/contract/client.ts'
import type { Handlers } from '../../../src-main/contract/contract.ts'
import { TuneDeskError } from '../../../src-main/contract/error.ts'

const ROWS = [{ row: 0, tokens: [{ id: 7, text: '诗', reason: 'learned' as const }] }]
const handlers = (sample: Handlers['check.sample']): Handlers => ({
  'computer.examine': () => Promise.reject(new Error('not asked here')),
  'check.sample': sample,
})

describe('a call across the contract', () => {
  const question = { sample: 'poems', lossOn: 'answer' } as const

  it('gives the client what the handler gave', async () => {
    const client = createClient((name, argument) =>
      answerCall(
        handlers(async () => ROWS),
        name,
        argument,
        vi.fn(),
      ),
    )
    expect(await client('check.sample', question)).toEqual(ROWS)
  })

  it('throws at the client the page of the error book that the handler threw', async () => {
    const thrown = new TuneDeskError('files/missing', { file: 'tokenizer.json', folder: '/models/m' })
    const client = createClient((name, argument) =>
      answerCall(
        handlers(() => Promise.reject(thrown)),
        name,
        argument,
        vi.fn(),
      ),
    )
    await expect(client('check.sample', question)).rejects.toMatchObject({ code: thrown.code, parameters: thrown.parameters })
  })

  it('tells of an error that is in no book, and sends its message but not its stack', async () => {
    const report = vi.fn()
    const bug = new TypeError('x is not a function')
    const answer = await answerCall(
      handlers(() => Promise.reject(bug)),
      'check.sample',
      question,
      report,
    )
    expect(report).toHaveBeenCalledWith(bug)
    expect(answer).toEqual({ ok: false, code: 'internal/unexpected', parameters: { reason: 'x is not a function' } })
  })

  it.each([
    ['a call that there is not', 'check.everything', question],
    ['a name that every object has', 'constructor', question],
    ['a name that is no text', ['check.sample'], question],
    ['a path in place of a sample', 'check.sample', { sample: '../../etc', lossOn: 'answer' }],
    ['an argument too many', 'check.sample', { ...question, model: '/models/m' }],
    ['no argument', 'check.sample', undefined],
  ])('refuses %s without calling anything', async (_, name, argument) => {
    const sample = vi.fn(async () => ROWS)
    expect(await answerCall(handlers(sample), name, argument, vi.fn())).toMatchObject({ ok: false, code: 'internal/unexpected' })
    expect(sample).not.toHaveBeenCalled()
  })
})
