import { rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { answerCall } from '../../../src-main/contract/answerCall.ts'
import { createClient, type Client } from '../../../src-main/contract/client.ts'
import type { Handlers } from '../../../src-main/contract/contract.ts'
import { TuneDeskError } from '../../../src-main/contract/error.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'

const PROJECT = { folder: '/poems', name: '诗', plan: { model: 'starter', preset: 'starter' as const, settings: {} } }
const handlers = (create: Handlers['projects.create']): Partial<Handlers> => ({ 'projects.create': create })

const clientOf = (some: Partial<Handlers>): Client =>
  createClient({
    call: (name, argument) => answerCall(some, name, argument, vi.fn()),
    listen: () => () => undefined,
    pathOf: async () => '',
  })

describe('a call across the contract', () => {
  const question = { name: '诗', sample: 'poems' } as const

  it('gives the client what the handler gave', async () => {
    const client = clientOf(handlers(async () => PROJECT))
    expect(await client.call('projects.create', question)).toEqual(PROJECT)
  })

  it('throws at the client the page of the error book that the handler threw', async () => {
    const thrown = new TuneDeskError('files/missing', { file: 'tokenizer.json', folder: '/models/m' })
    const client = clientOf(handlers(() => Promise.reject(thrown)))
    await expect(client.call('projects.create', question)).rejects.toMatchObject({
      code: thrown.code,
      parameters: thrown.parameters,
    })
  })

  it('tells of an error that is in no book, and sends its message but not its stack', async () => {
    const report = vi.fn()
    const bug = new TypeError('x is not a function')
    const answer = await answerCall(
      handlers(() => Promise.reject(bug)),
      'projects.create',
      question,
      report,
    )
    expect(report).toHaveBeenCalledWith(bug)
    expect(answer).toEqual({ ok: false, code: 'internal/unexpected', parameters: { reason: 'x is not a function' } })
  })

  it.each([
    ['write', 'ENOSPC', 'files/disk-full'],
    ['write', 'EDQUOT', 'files/disk-full'],
    ['mkdir', 'EACCES', 'files/cannot-write'],
    ['open', 'EROFS', 'files/cannot-write'],
    ['scandir', 'EACCES', 'files/cannot-read'],
    ['open', 'EMFILE', 'files/too-many-open'],
    ['rename', 'EPERM', 'files/cannot-write'],
  ])('finds the page for what the system refuses: %s, %s', async (syscall, code, page) => {
    const report = vi.fn()
    const refused = Object.assign(new Error(`${code}: …`), { errno: -1, code, syscall, path: '/poems/rows.jsonl' })
    const answer = await answerCall(
      handlers(() => Promise.reject(refused)),
      'projects.create',
      question,
      report,
    )
    expect(answer).toMatchObject({ ok: false, code: page, parameters: { path: '/poems/rows.jsonl' } })
    expect(report, 'and the log has where it came from').toHaveBeenCalledWith(refused)
  })

  it('names the real error of a real call, and where it was to write', async () => {
    const file = join(await temporaryFolder(), 'file')
    await writeFile(file, '')
    const answer = await answerCall(
      handlers(async () => {
        await rename(file, join(file, 'below'))
        return PROJECT
      }),
      'projects.create',
      question,
      vi.fn(),
    )
    expect(answer).toEqual({
      ok: false,
      code: 'files/cannot-write',
      parameters: { path: join(file, 'below'), reason: 'ENOTDIR' },
    })
  })

  it('keeps what a system refuses about something else than files as it is', async () => {
    const answer = await answerCall(
      handlers(() => Promise.reject(Object.assign(new Error('spawn x ENOENT'), { code: 'ENOENT', syscall: 'spawn x' }))),
      'projects.create',
      question,
      vi.fn(),
    )
    expect(answer).toEqual({ ok: false, code: 'internal/unexpected', parameters: { reason: 'spawn x ENOENT' } })
  })

  it.each([
    ['a call that there is not', 'projects.everything', question],
    ['a name that every object has', 'constructor', question],
    ['a name that is no text', ['projects.create'], question],
    ['a path in place of a sample', 'projects.create', { name: 'x', sample: '../../etc' }],
    ['an argument too many', 'projects.create', { ...question, model: '/models/m' }],
    ['no argument', 'projects.create', undefined],
  ])('refuses %s without calling anything', async (_, name, argument) => {
    const create = vi.fn(async () => PROJECT)
    expect(await answerCall(handlers(create), name, argument, vi.fn())).toMatchObject({ ok: false, code: 'internal/unexpected' })
    expect(create).not.toHaveBeenCalled()
  })
})
