import { readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it, vi } from 'vitest'
import { commandLine } from '../../support/commandLine.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'

const MODEL = 'tests/golden/data/qwen2'
/** As many as are worth keeping. */
const ROWS = 1000

it('check, train and resume keep the rows that they tokenise, each for all others', async () => {
  const folder = await temporaryFolder()
  vi.stubEnv('TUNEDESK_HOME', folder)
  const cache = join(folder, 'cache', 'tokens')
  const kept = async (): Promise<number> =>
    (await readdir(cache, { recursive: true })).filter((name) => name.endsWith('.tokens')).length
  const data = join(folder, 'rows.jsonl')
  await writeFile(
    data,
    Array.from({ length: ROWS }, (_, n) => `${JSON.stringify({ instruct: '写诗：', input: '', label: `红绫 ${n}` })}\n`).join(''),
  )
  const run = join(folder, 'run')
  const settings = ['max_steps=1', 'save_strategy=no'].flatMap((setting) => ['--set', setting])

  expect((await commandLine(['check', data, '--model', MODEL, '--batch', '4', '--json'])).code).toBe(0)
  expect(await kept()).toBe(1)
  expect((await commandLine(['train', data, '--model', MODEL, '--output', run, ...settings, '--json'])).code).toBe(0)
  expect(await kept(), 'all of them were there').toBe(1)
  await rm(cache, { recursive: true })
  await rm(join(run, 'train_results.json'))
  expect((await commandLine(['resume', run, '--json'])).code).toBe(0)
  expect(await kept()).toBe(1)
})
