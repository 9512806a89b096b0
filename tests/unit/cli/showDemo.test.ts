import { cp, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { PassThrough } from 'node:stream'
import { expect, it } from 'vitest'
import type { Context } from '../../../src-main/cli/context.ts'
import { messagesIn } from '../../../src-main/cli/messages/message.ts'
import { PRESETS } from '../../../src-main/contract/presets.ts'
import { showDemo } from '../../../src-main/cli/showDemo.ts'
import { openTerminal } from '../../../src-main/cli/terminal/terminal.ts'
import { inProcessEngines } from '../../support/inProcessEngine.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'

/** What ships with the app, with the tiny golden model in the starter model's place. */
async function resources(): Promise<string> {
  const folder = await temporaryFolder()
  await mkdir(join(folder, 'samples'))
  await cp('resources/samples/poems', join(folder, 'samples', 'poems'), { recursive: true })
  await mkdir(join(folder, 'starter-model'))
  for (const name of ['config.json', 'model.safetensors', 'tokenizer.json', 'tokenizer_config.json'])
    await cp(resolve('tests/golden/data/qwen2', name), join(folder, 'starter-model', name))
  return folder
}

it('shows the mask, trains on the answers and then on everything, tests both, and can be run again', async () => {
  const shipped = await resources()
  const output = join(await temporaryFolder(), 'demo')
  const run = async (): Promise<string> => {
    const stream = new PassThrough()
    const out = openTerminal(stream, {})
    const message = messagesIn('en')
    const context: Context = {
      out,
      err: out,
      input: new PassThrough(),
      language: 'en',
      message,
      invocation: 'tunedesk',
      engines: inProcessEngines(),
      resources: shipped,
      page: '',
      version: '0.0.0',
      exitCode: 0,
    }
    await showDemo(output, context)
    expect(context.exitCode).toBe(0)
    return String(stream.read())
  }
  const said = await run()
  const epochs = PRESETS.starter.num_train_epochs
  const parts = [
    '1 What it learns',
    '25 of 62 tokens teach the model',
    '2 Training',
    '  before ',
    `  after ${epochs / 6} epochs `,
    `  after ${epochs} epochs `,
    '3 Test',
    '4 For comparison',
    'What next:',
  ]
  expect(parts.map((part) => said.indexOf(part)).every((at, i, all) => at > (all[i - 1] ?? -1))).toBe(true)

  const settingsOf = async (folder: string) =>
    JSON.parse(await readFile(join(folder, 'training_args.json'), 'utf8')) as Record<string, unknown>
  expect((await settingsOf(output)).loss_on).toBe('answer')
  expect((await settingsOf(`${output}-everything`)).loss_on).toBe('everything')
  for (const folder of [output, `${output}-everything`])
    expect(JSON.parse(await readFile(join(folder, 'test.json'), 'utf8'))).toHaveProperty('verdict')

  await writeFile(join(output, 'left-over'), '')
  await run()
  await expect(readFile(join(output, 'left-over'))).rejects.toThrow('ENOENT')
}, 60_000)

it('takes no folder away that is not an earlier demo', async () => {
  const folder = await temporaryFolder()
  await writeFile(join(folder, 'mine.txt'), 'mine')
  const out = openTerminal(new PassThrough(), {})
  const context: Context = {
    out,
    err: out,
    input: new PassThrough(),
    language: 'en',
    message: messagesIn('en'),
    invocation: 'tunedesk',
    engines: inProcessEngines(),
    resources: await resources(),
    page: '',
    version: '0.0.0',
    exitCode: 0,
  }
  await expect(showDemo(folder, context)).rejects.toMatchObject({ code: 'runs/folder-not-empty' })
  expect(await readFile(join(folder, 'mine.txt'), 'utf8')).toBe('mine')
}, 60_000)
