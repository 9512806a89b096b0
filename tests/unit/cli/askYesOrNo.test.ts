import { PassThrough } from 'node:stream'
import { expect, it } from 'vitest'
import { askYesOrNo } from '../../../src-main/cli/askYesOrNo.ts'
import type { Context } from '../../../src-main/cli/context.ts'
import { openTerminal } from '../../../src-main/cli/terminal/terminal.ts'
import { refusal } from '../../support/refusal.ts'

function terminal(isTTY: boolean) {
  const input = Object.assign(new PassThrough(), { isTTY })
  const stream = Object.assign(new PassThrough(), { isTTY })
  return { input, stream, context: { input, out: openTerminal(stream, {}) } as unknown as Context }
}

it.each([
  ['y', true],
  ['Yes', true],
  ['是', true],
  ['n', false],
  ['', false],
  ['y please', false],
])('takes only a yes for one: %j', async (answer, agreed) => {
  const { input, context } = terminal(true)
  const asked = askYesOrNo('Delete?', context)
  input.write(`${answer}\n`)
  expect(await asked).toBe(agreed)
})

it('takes the end of the input for no', async () => {
  const { input, context } = terminal(true)
  const asked = askYesOrNo('Delete?', context)
  input.end()
  expect(await asked).toBe(false)
})

it('asks nobody where there is no terminal', async () => {
  await expect(askYesOrNo('Delete?', terminal(false).context)).rejects.toEqual(refusal('usage/needs-yes'))
})
