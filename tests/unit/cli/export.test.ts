import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { commandLine } from '../../support/commandLine.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'

const MODEL = 'tests/golden/data/qwen2'
const POEMS = 'tests/fixtures/poems.json'

const rowsIn = async (file: string): Promise<unknown[]> =>
  (await readFile(file, 'utf8'))
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown)

describe('tunedesk export rows', () => {
  const row = (instruct: string, label: string) => ({ instruct, input: '', label })

  /** Its first row is held out, its last one unfinished. */
  async function project(): Promise<string> {
    const folder = join(await temporaryFolder(), 'project')
    await mkdir(folder)
    const rows = [row('=1+1', 'two'), row('b', 'B'), row('c', '')]
    await writeFile(join(folder, 'rows.jsonl'), [...rows.map((each) => JSON.stringify(each)), 'no row'].join('\n'))
    await writeFile(join(folder, 'splits.json'), JSON.stringify({ heldOut: [0] }))
    return folder
  }

  it('writes all rows of a project, unfinished ones too, and says what is none', async () => {
    const folder = await project()
    const file = join(folder, 'all.jsonl')
    const { code, out } = await commandLine(['export', 'rows', folder, file])
    expect([code, out]).toEqual([0, expect.stringContaining('3 rows are in')])
    expect(out).toContain('1 line is no row and was left out')
    expect(await rowsIn(file)).toEqual([row('=1+1', 'two'), row('b', 'B'), row('c', '')])
  })

  it('writes those that are trained, or those that are held out', async () => {
    const folder = await project()
    const json = async (which: string): Promise<unknown> => {
      const file = join(folder, `${which}.json`)
      expect((await commandLine(['export', 'rows', folder, file, '--which', which])).code).toBe(0)
      return JSON.parse(await readFile(file, 'utf8')) as unknown
    }
    expect(await json('held-out')).toEqual([row('=1+1', 'two')])
    expect(await json('trained')).toEqual([row('b', 'B'), row('c', '')])
  })

  it('turns a file into another kind, and back without loss', async () => {
    const folder = await temporaryFolder()
    const [csv, back] = [join(folder, 'poems.csv'), join(folder, 'poems.jsonl')]
    const written = await commandLine(['export', 'rows', POEMS, csv, '--json'])
    expect(written.json()).toEqual([{ path: csv, rows: 2, apostrophes: 0, bad_lines: 0 }])
    await commandLine(['export', 'rows', csv, back])
    expect(await rowsIn(back)).toEqual(JSON.parse(await readFile(POEMS, 'utf8')))
  })

  it('replaces nothing unless it is asked to', async () => {
    const folder = await project()
    const own = join(folder, 'rows.jsonl')
    const before = await readFile(own, 'utf8')
    const refused = await commandLine(['export', 'rows', folder, own])
    expect([refused.code, refused.err]).toEqual([2, expect.stringContaining('is there already. Nothing was written.')])
    expect(await readFile(own, 'utf8')).toBe(before)
    expect((await commandLine(['export', 'rows', folder, own, '--force'])).code).toBe(0)
    expect(await rowsIn(own)).toHaveLength(3)
  })

  it.each([
    [['rows', POEMS, 'poems.xlsx'], '<file> cannot be "poems.xlsx".'],
    [['rows', POEMS, 'poems.json', '--which', 'none'], '--which cannot be "none".'],
    [['loss', 'run', 'loss.gif'], '<file> cannot be "loss.gif".'],
  ])('refuses what it cannot write: %j', async (argv, what) => {
    const { code, err } = await commandLine(['export', ...argv])
    expect([code, err.split('\n')[0]]).toEqual([2, `✗ ${what}`])
  })
})

describe('tunedesk export test, loss', () => {
  let folder: string
  let run: string
  const file = (name: string): string => join(folder, name)
  const exported = async (what: string, name: string, ...rest: string[]): Promise<string> => {
    expect(await commandLine(['export', what, run, file(name), ...rest])).toMatchObject({ code: 0, err: '' })
    return readFile(file(name), 'utf8')
  }
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tunedesk-export-'))
    run = join(folder, 'run')
    await commandLine(['train', POEMS, '--model', MODEL, '--output', run, '--set', 'num_train_epochs=1', '--json'])
  }, 60_000)
  afterAll(() => rm(folder, { recursive: true, force: true }))

  it('has no test to write before there was one', async () => {
    const { code, err } = await commandLine(['export', 'test', run, file('early.md')])
    expect([code, err]).toEqual([1, expect.stringContaining('was not tested yet')])
  })

  it('draws the loss', async () => {
    expect(await exported('loss', 'loss.svg')).toMatch(/^<svg/)
    expect(await exported('loss', 'loss.png')).toMatch(/^.PNG/)
  })

  it('writes the test in the person’s language', async () => {
    await commandLine(['test', run, '--json'])
    expect(await exported('test', 'report.md')).toMatch(/^# .*run/)
    expect(await exported('test', 'report.html', '--language', 'zh')).toContain('lang="zh')
    expect((await exported('test', 'report.csv')).split('\n').length).toBeGreaterThan(4)
  })

  it('says that a folder is no run', async () => {
    const other = file('other')
    await cp(resolve(MODEL), other, { recursive: true })
    expect((await commandLine(['export', 'loss', other, file('none.svg')])).code).toBe(1)
  })
})
