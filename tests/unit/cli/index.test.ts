import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process'
import { once } from 'node:events'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { expect, it } from 'vitest'
import { commandLine } from '../../support/commandLine.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'

const MODEL = 'tests/golden/data/qwen2'
const COUPLETS = 'resources/samples/couplets'

/** The command line in a process of its own. */
const start = (...argv: string[]): ChildProcessWithoutNullStreams =>
  spawn(process.execPath, ['--import', 'tsx', 'src-main/cli/index.ts', ...argv], { env: { ...process.env, LANG: 'en_US.UTF-8' } })

it('saves at the step boundary on the first Ctrl-C, says how to go on, and goes on from there', async () => {
  const run = join(await temporaryFolder(), 'run')
  const child = start(
    'train',
    COUPLETS,
    '--model',
    MODEL,
    '--output',
    run,
    '--set',
    'max_steps=200',
    '--set',
    'eval_strategy=no',
    '--json',
  )
  const err = text(child.stderr)
  const closed = once(child, 'close')
  child.stdout.setEncoding('utf8')
  let out = ''
  child.stdout.on('data', (chunk: string) => {
    out += chunk
    if (out.split('"event":"progress"').length > 3 && !child.killed) child.kill('SIGINT')
  })
  expect((await closed)[0]).toBe(130)
  expect(await err).toContain('Stopping after this step and saving.')
  const end = JSON.parse(out.trimEnd().split('\n').at(-1) ?? '') as { reason: string; step: number }
  expect(end.reason).toBe('stopped')
  expect(await readdir(run)).toContain(`checkpoint-${end.step}`)

  const resumed = await commandLine(['resume', run, '--json'])
  expect([resumed.code, resumed.err]).toEqual([0, ''])
  expect(resumed.json().find(({ event }) => event === 'start')).toMatchObject({ step: end.step, max_steps: 200 })
  expect(resumed.json().at(-1)).toEqual({ event: 'end', reason: 'finished', step: 200 })
}, 60_000)

it('ends without a word when whoever reads its output goes away', async () => {
  const child = start('check', COUPLETS, '--model', MODEL, '--all')
  const err = text(child.stderr)
  const closed = once(child, 'close')
  await once(child.stdout, 'data')
  child.stdout.destroy()
  expect((await closed)[0]).toBe(0)
  expect(await err).toBe('')
}, 30_000)
