import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { tmpdir } from 'node:os'
import { commandLine, type CommandLineResult } from '../../support/commandLine.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'

const MODEL = 'tests/golden/data/qwen2'
const POEMS = 'tests/fixtures/poems.json'
const SETTINGS = ['--preset', 'tutorial', '--set', 'learning_rate=1e-2']

describe('rows → training → model folder → test → chat', () => {
  let folder: string
  let run: string
  let training: CommandLineResult

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tunedesk-job-'))
    run = join(folder, 'run')
    training = await commandLine(['train', POEMS, '--model', MODEL, '--output', run, ...SETTINGS, '--json'])
  }, 60_000)
  afterAll(() => rm(folder, { recursive: true, force: true }))

  it('trains, an event a line, the log under the Trainer’s names', () => {
    expect([training.code, training.err]).toEqual([0, ''])
    const events = training.json()
    expect(events[0]).toMatchObject({ event: 'begin', model_name: 'qwen2', parameter_count: 119360, rows: 2, held_out_rows: 0 })
    const log = events.filter(({ event }) => event === 'log')
    expect(log).toHaveLength(11)
    expect(Object.keys(log[0] ?? {})).toEqual(['event', 'loss', 'grad_norm', 'learning_rate', 'epoch', 'step'])
    expect(Number(log[9]?.loss)).toBeLessThan(0.1 * Number(log[0]?.loss))
    expect(log[10]).toMatchObject({ event: 'log', epoch: 10, step: 10, train_loss: expect.any(Number) as number })
    expect(events.filter(({ event }) => event === 'progress')).toHaveLength(10)
    expect(events.at(-1)).toEqual({ event: 'end', reason: 'finished', step: 10 })
  })

  it('leaves a folder that Hugging Face tools open, with the loss drawn', async () => {
    const names = await readdir(run)
    expect(names).toEqual(
      expect.arrayContaining([
        'config.json',
        'model.safetensors',
        'tokenizer.json',
        'trainer_state.json',
        'train_results.json',
        'loss.svg',
        'README.md',
      ]),
    )
    const png = await readFile(join(run, 'loss.png'))
    expect(png.subarray(1, 4).toString()).toBe('PNG')
  })

  it('tests both probes of every row and writes the report', async () => {
    const { code, json } = await commandLine(['test', run, '--json'])
    expect(code).toBe(0)
    const lines = json()
    expect(lines.map(({ row, probe }) => [row, probe])).toEqual([
      [0, 'answer'],
      [1, 'answer'],
      [0, 'leak'],
      [1, 'leak'],
      [undefined, undefined],
    ])
    expect(lines[0]).toMatchObject({ exact_match: true, answer: '红绫缠腕，风火踏浪。\n不屈不悔，笑傲苍茫。' })
    expect(lines[4]).toMatchObject({
      summary: { verdict: { kind: 'learned', exact: 2, rows: 2 }, groups: { trained: { rows: 2 } } },
    })
    const written = JSON.parse(await readFile(join(run, 'test.json'), 'utf8')) as { results: unknown[] }
    expect(written.results).toHaveLength(4)
    expect(await readFile(join(run, 'report.md'), 'utf8')).toContain('恩仇难两忘，何处是家乡？')
  })

  it('tests rows of another file beside those it was trained on', async () => {
    const rows = JSON.parse(await readFile(POEMS, 'utf8')) as object[]
    const file = join(await temporaryFolder(), 'rows.json')
    await writeFile(file, JSON.stringify([{ instruct: 'Say ', input: 'a', label: 'b' }, rows[0]]))
    const lines = (await commandLine(['test', run, '--data', file, '--json'])).json()
    expect(lines.slice(0, 2).map(({ row, group }) => [row, group])).toEqual([
      [0, 'held-out'],
      [1, 'trained'],
    ])
  })

  it('says in words what the test found', async () => {
    const { out } = await commandLine(['--language', 'zh', 'test', run])
    expect(out).toContain('学会了：2 个问题中有 2 个逐字答对')
    expect(out).toContain('逐字答对')
  })

  it('answers questions from a pipe, a line each', async () => {
    const { code, out } = await commandLine(['chat', run], {}, '请你给敖丙写一首诗：碧海生龙子，云中舞雪霜。\n\n/reset\n')
    expect([code, out]).toEqual([0, '恩仇难两忘，何处是家乡？\n'])
  })

  it('resumes no finished run, and trains into no folder that holds something', async () => {
    const resumed = await commandLine(['resume', run])
    expect([resumed.code, resumed.err.split('\n')[0]]).toEqual([1, expect.stringContaining('is finished')])
    const again = await commandLine(['train', POEMS, '--model', MODEL, '--output', run, ...SETTINGS])
    expect(again.code).toBe(1)
    expect(again.out).toBe('')
  })
})

describe('held-out rows', () => {
  it('takes a share of the rows away from training, and evaluates on them each epoch', async () => {
    const output = join(await temporaryFolder(), 'run')
    const argv = [
      'train',
      'resources/samples/couplets',
      '--model',
      MODEL,
      '--output',
      output,
      '--eval',
      '0.02',
      '--set',
      'max_steps=2',
      '--set',
      'save_strategy=no',
      '--json',
    ]
    const events = (await commandLine(argv)).json()
    expect(events[0]).toMatchObject({ event: 'begin', rows: 294, held_out_rows: 6 })
    expect(events.some(({ event, eval_loss }) => event === 'log' && typeof eval_loss === 'number')).toBe(true)
  }, 60_000)
})
