import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { commandLine } from '../../support/commandLine.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'

const MODEL = 'tests/golden/data/qwen2'
const POEMS = 'tests/fixtures/poems.json'

describe('help and version', () => {
  it('shows every command, in the language asked for', async () => {
    const en = await commandLine(['--help'])
    expect(en.code).toBe(0)
    for (const name of ['demo', 'check', 'train', 'resume', 'test', 'chat', 'doctor'])
      expect(en.out).toMatch(new RegExp(`^  ${name}`, 'm'))
    const zh = await commandLine(['--language', 'zh', 'check', '--help'])
    expect(zh.out).toContain('用法：')
    expect(zh.out).not.toMatch(/Usage|Options|Arguments/)
  })
  it('shows help where nothing is asked, and the version of package.json', async () => {
    expect(await commandLine([])).toEqual(expect.objectContaining({ code: 0, out: expect.stringContaining('Usage:') as string }))
    const { version } = JSON.parse(await readFile('package.json', 'utf8')) as { version: string }
    expect((await commandLine(['--version'])).out).toBe(`${version}\n`)
  })
})

describe('a command line that cannot be: exit code 2, on stderr what is wrong and what to do', () => {
  it.each([
    [['chekc'], 'There is no command "chekc".'],
    [['check', POEMS, '--model', MODEL, '--modle'], 'There is no option "--modle" here.'],
    [['check', '--model', MODEL], 'The command needs one thing more: data.'],
    [['check', POEMS], 'The command needs the option --model <folder>.'],
    [['check', POEMS, '--model'], 'The option --model <folder> needs a value behind it.'],
    [['resume', 'a', 'b'], 'There is more on the command line than the command takes.'],
    [['--language', 'fr', 'doctor'], '--language cannot be "fr".'],
    [['check', POEMS, '--model', MODEL, '--max-length', 'many'], '--max-length cannot be "many".'],
    [['check', POEMS, '--model', MODEL, '--max-length', '1'], 'max_length cannot be "1".'],
    [['check', POEMS, '--model', MODEL, '--loss-on', 'input'], 'loss_on cannot be "input".'],
    [['check', POEMS, '--model', MODEL, '--batch', '0'], '--batch cannot be "0".'],
    [['train', POEMS, '--model', MODEL, '--output', 'x', '--preset', 'fastest'], 'preset cannot be "fastest".'],
    [['train', POEMS, '--model', MODEL, '--output', 'x', '--set', 'epochs=3'], 'There is no setting "epochs" here.'],
    [['train', POEMS, '--model', MODEL, '--output', 'x', '--set', 'seed'], '--set takes name=value; "seed" has no equals sign.'],
    [['chat', MODEL, '--temperature', '-1'], 'temperature cannot be "-1".'],
  ])('%j', async (argv, what) => {
    const { code, out, err } = await commandLine(argv)
    expect(err.split('\n')[0]).toBe(`✗ ${what}`)
    expect(err.trimEnd().split('\n').length).toBeGreaterThan(1)
    expect([code, out]).toEqual([2, ''])
  })
  it('says it in Chinese too', async () => {
    expect((await commandLine(['chekc'], { LANG: 'zh_CN.UTF-8' })).err).toBe(
      '✗ 没有“chekc”这个命令。\n  用 `tunedesk --help` 查看所有命令。\n',
    )
  })
})

describe('bad input: exit code 1', () => {
  it.each([
    [['check', 'nowhere.json', '--model', MODEL], 'nowhere.json'],
    [['check', POEMS, '--model', 'nowhere'], 'nowhere'],
    [['test', MODEL], 'qwen2'],
    [['resume', 'nowhere'], 'nowhere'],
  ])('%j names what is bad', async (argv, name) => {
    const { code, err } = await commandLine(argv)
    expect(code).toBe(1)
    expect(err).toContain(name)
    expect(err).not.toMatch(/^\s+at /m)
  })
  it('shows a stack only where TUNEDESK_DEBUG asks for it', async () => {
    const { err } = await commandLine(['resume', 'nowhere'], { TUNEDESK_DEBUG: '1' })
    expect(err).toMatch(/^runs\/not-a-run\n.*\n\s+at /ms)
  })
  it('refuses a file without a good row, and says why of each', async () => {
    const file = join(await temporaryFolder(), 'rows.json')
    await writeFile(file, '[{"instruct": "a"}, 5]')
    const { code, err } = await commandLine(['check', file, '--model', MODEL])
    expect(code).toBe(1)
    expect(err).toContain('None of the 2 rows of rows.json can be used.')
  })
})

describe('check', () => {
  it('shows what is learned in brackets where there is no colour, and sums it up', async () => {
    const { code, out } = await commandLine(['check', POEMS, '--model', MODEL])
    expect(code).toBe(0)
    expect(out).toContain('[红绫缠腕，风火踏浪。⏎\n   不屈不悔，笑傲苍茫。]{<|endoftext|>}')
    expect(out).toContain('41 of 103 tokens teach the model.')
  })

  it('gives a line of JSON for every row, good and bad, in the order of the file', async () => {
    const file = join(await temporaryFolder(), 'rows.jsonl')
    await writeFile(
      file,
      '{"instruct":"写诗：","input":"","label":"红绫缠腕。"}\n{"instruct":"a"}\n{"instruction":"Say h","output":"i"}\n',
    )
    const [first, second, third] = (await commandLine(['check', file, '--model', MODEL, '--json'])).json()
    expect(first).toEqual({
      row: 0,
      input_ids: [270, 269, 268, 309, 293, 296, 302, 334, 260, 385],
      labels: [-100, -100, -100, 309, 293, 296, 302, 334, 260, 385],
      reasons: ['given', 'given', 'given', 'learned', 'learned', 'learned', 'learned', 'learned', 'learned', 'end-mark'],
      cut_off: [],
      warnings: [],
    })
    expect(second).toEqual({
      row: 1,
      line: 2,
      problems: [{ kind: 'missing-field', field: 'label', words: '"label" is missing.' }],
    })
    expect(third).toMatchObject({
      row: 2,
      warnings: [{ kind: 'boundary-merge', characters: ' hi' }, { kind: 'nothing-to-learn' }, {}],
    })
  })

  it('pads a batch on the right', async () => {
    const [batch] = (await commandLine(['check', POEMS, '--model', MODEL, '--batch', '--json'])).json()
    const { input_ids, attention_mask, labels } = batch as Record<'input_ids' | 'attention_mask' | 'labels', number[][]>
    for (const array of [input_ids, attention_mask, labels]) expect(array.map((row) => row.length)).toEqual([62, 62])
    expect([input_ids[1]?.at(-1), attention_mask[1]?.at(-1), labels[1]?.at(-1)]).toEqual([388, 0, -100])
    expect(attention_mask[1]?.reduce((sum, bit) => sum + bit, 0)).toBe(41)
  })

  it('reads a project folder, and names what it left out', async () => {
    const { out } = await commandLine(['check', 'resources/samples/poems', '--model', MODEL, '--max-length', '50'])
    expect(out).toContain('poems · 2 rows')
    expect(out).toContain('! The answer is cut: 12 tokens behind the limit will not be learned.')
  })
})
