import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { Edit, RowView } from '../../../src-main/contract/areas/rows.ts'
import { viewSchema } from '../../../src-main/contract/areas/rows.ts'
import type { Emit } from '../../../src-main/contract/contract.ts'
import { createRows } from '../../../src-main/services/rows.ts'
import type { ServiceContext } from '../../../src-main/services/backend.ts'
import { inWords, readRowsFile, row, rowsProject } from '../../support/rowsProject.ts'

async function open(rows: string[]) {
  const project = await rowsProject(rows)
  const told: { name: string; value: unknown }[] = []
  const closings: ((folder: string) => Promise<void>)[] = []
  const emit: Emit = (name, value) => void told.push({ name, value })
  const service = createRows({ emit } as ServiceContext, {
    require: (folder) => ({ folder, name: '', plan: { model: 'starter', preset: 'starter', settings: {} } }),
    onClose: (closing) => void closings.push(closing),
  })
  const close = async (): Promise<void> => {
    for (const closing of closings) await closing(project)
  }
  onTestFinished(close)
  const { handlers } = service
  const view = (of: RowView = {}) => viewSchema.parse(of)
  const page = async (of: RowView = {}, start = 0, end = 100) => handlers['rows.page']({ project, view: view(of), start, end })
  return {
    project,
    told,
    close,
    service,
    handlers,
    edit: (edit: Edit) => handlers['rows.edit']({ project, edit }),
    page,
    words: async (of: RowView = {}) => inWords((await page(of)).rows),
    locate: (of: RowView, ids: number[]) => handlers['rows.locate']({ project, view: view(of), ids }),
    ids: (of: RowView, start: number, end: number) => handlers['rows.ids']({ project, view: view(of), start, end }),
  }
}

describe('a page', () => {
  it('has rows with their positions and what is odd about them', async () => {
    const { page } = await open(['a/1', 'b/', 'a/1'])
    expect(await page({}, 1, 3)).toEqual({
      version: 1,
      count: 3,
      start: 1,
      isExamined: true,
      rows: [
        { id: 1, instruct: '', input: 'b', label: '', heldOut: false, position: 1, findings: ['empty-answer'] },
        { id: 2, instruct: '', input: 'a', label: '1', heldOut: false, position: 2, findings: ['duplicate'] },
      ],
    })
  })

  it('beyond the end has none', async () => {
    const { page } = await open(['a/1'])
    expect(await page({}, 5, 9)).toMatchObject({ count: 1, start: 5, rows: [] })
  })

  it('of many rows does not wait for what is odd about them, and tells when that is known', async () => {
    const { page, told } = await open(Array.from({ length: 30_000 }, (_, i) => `question ${i}/${i % 100 === 0 ? '' : 'answer'}`))
    const first = await page()
    expect(first.rows).toHaveLength(100)
    if (!first.isExamined) {
      while (!told.some(({ name }) => name === 'rows.examined')) await delay(20)
      expect(told).toContainEqual({ name: 'rows.examined', value: expect.objectContaining({ version: 1 }) as unknown })
    }
    expect(await page({}, 0, 2)).toMatchObject({ isExamined: true, rows: [{ findings: ['empty-answer'] }, { findings: [] }] })
  })
})

describe('a view', () => {
  const rows = ['写诗|月/明月', 'write|Moon/shine', 'write|sun/moonless', 'x.y/a+b', 'xzy/[ab]']

  it('has the rows in which a text stands, in any field', async () => {
    const { words } = await open(rows)
    expect(await words({ text: '月' })).toEqual(['写诗|月/明月'])
    expect(await words({ text: 'MOON' })).toEqual(['write|Moon/shine', 'write|sun/moonless'])
    expect(await words({ text: 'moon', matchCase: true })).toEqual(['write|sun/moonless'])
    expect(await words({ text: 'write' })).toHaveLength(2)
  })

  it('takes the text as it stands', async () => {
    const { words } = await open(rows)
    expect(await words({ text: 'x.y' })).toEqual(['x.y/a+b'])
    expect(await words({ text: 'A+B' })).toEqual(['x.y/a+b'])
    expect(await words({ text: '[ab' })).toEqual(['xzy/[ab]'])
  })

  it('has those held out, or not, or with a finding; all at once, too', async () => {
    const { words, edit } = await open(['a/1', 'b/', 'c/', 'd/4'])
    await edit({ kind: 'hold', ids: [1, 3], heldOut: true })
    expect(await words({ heldOut: true })).toEqual(['*b/', '*d/4'])
    expect(await words({ heldOut: false })).toEqual(['a/1', 'c/'])
    expect(await words({ finding: 'empty-answer' })).toEqual(['*b/', 'c/'])
    expect(await words({ finding: 'empty-answer', heldOut: true, text: 'B' })).toEqual(['*b/'])
  })

  it('follows each edit', async () => {
    const { words, edit, handlers, project } = await open(['a/1', 'b/1', 'c/2'])
    expect(await words({ text: '1' })).toEqual(['a/1', 'b/1'])
    await edit({ kind: 'set', id: 2, field: 'label', text: '1' })
    await edit({ kind: 'move', ids: [2], before: 0 })
    expect(await words({ text: '1' })).toEqual(['c/1', 'a/1', 'b/1'])
    await handlers['rows.undo']({ project })
    await handlers['rows.undo']({ project })
    expect(await words({ text: '1' })).toEqual(['a/1', 'b/1'])
  })

  it('knows where rows stand in it, and which stand between two places', async () => {
    const { locate, ids } = await open(['a/1', 'b/2', 'c/1', 'd/2', 'e/1'])
    expect(await locate({}, [4, 0, 99])).toEqual([0, 4])
    expect(await locate({ text: '1' }, [4, 1, 2])).toEqual([1, 2])
    expect(await ids({ text: '1' }, 1, 9)).toEqual([2, 4])
    expect(await ids({}, 3, 5)).toEqual([3, 4])
    expect(await ids({}, 3, 2)).toEqual([])
  })
})

it('the preview of a replacement counts what the edit then does, and does nothing', async () => {
  const change = (start: number, end: number) => ({ start, end, text: 'x' })
  const { handlers, project, edit, words } = await open(['aa/a', 'b/ab', 'c/c'])
  const replacement = {
    find: 'a',
    replacement: 'x',
    fields: ['input' as const, 'label' as const],
    matchCase: true,
    isPattern: false,
    ids: null,
  }
  expect(await handlers['rows.previewReplacement']({ project, ...replacement })).toEqual({
    cells: 3,
    rows: 2,
    examples: [
      { id: 0, field: 'input', before: 'aa', changes: [change(0, 1), change(1, 2)], changeCount: 2 },
      { id: 0, field: 'label', before: 'a', changes: [change(0, 1)], changeCount: 1 },
      { id: 1, field: 'label', before: 'ab', changes: [change(0, 1)], changeCount: 1 },
    ],
  })
  expect(await words()).toEqual(['aa/a', 'b/ab', 'c/c'])
  const { ids } = await edit({ kind: 'replace', ...replacement })
  expect(ids).toEqual([0, 1])
})

it('the preview of a replacement by a pattern says of each change what it is, however it depends on what is around it', async () => {
  const { handlers, project, edit, words } = await open([`q/${'a1 b1 b2 '.repeat(5)}c`])
  const replacement = {
    find: String.raw`(?<=([ab]))\d|c$`,
    replacement: '<$1$&>',
    fields: ['label' as const],
    matchCase: true,
    isPattern: true,
    ids: null,
  }
  const { examples } = await handlers['rows.previewReplacement']({ project, ...replacement })
  const [{ before, changes, changeCount } = { before: '', changes: [], changeCount: 0 }] = examples
  expect(changeCount).toBe(16)
  expect(changes.map(({ start, end, text }) => [before.slice(start, end), text]).slice(0, 3)).toEqual([
    ['1', '<a1>'],
    ['1', '<b1>'],
    ['2', '<b2>'],
  ])
  const changed = changes.map(({ start, text }, at) => before.slice(changes[at - 1]?.end ?? 0, start) + text).join('')
  await edit({ kind: 'replace', ...replacement })
  expect((await words())[0]?.slice(0, changed.length + 2)).toBe(`q/${changed}`)
})

it('findings are those of the version that is named', async () => {
  const { handlers, project, edit } = await open(['a/', 'b/1'])
  expect(await handlers['rows.findings']({ project })).toEqual({
    version: 1,
    findings: [{ kind: 'empty-answer', count: 1, ids: [0], canFix: true, fixable: 1 }],
  })
  await edit({ kind: 'fix', finding: 'empty-answer', ids: null })
  expect(await handlers['rows.findings']({ project })).toEqual({ version: 2, findings: [] })
})

it('tells the windows of every change', async () => {
  const { edit, told, project } = await open(['a/1'])
  const { state } = await edit({ kind: 'delete', ids: [0] })
  expect(told).toEqual([{ name: 'rows.changed', value: state }])
  expect(state).toMatchObject({ project, version: 2, count: 0, undo: { kind: 'delete', rows: 1 } })
})

it('for others: a snapshot that no later edit touches, an import, and files that are up to date', async () => {
  const { service, project, edit } = await open(['a/1'])
  const before = await service.snapshot(project)
  expect(await service.import(project, [row('b/2'), { ...row('c/3'), heldOut: true }], { mode: 'append' })).toMatchObject({
    count: 3,
  })
  await edit({ kind: 'set', id: 0, field: 'label', text: 'one' })
  expect(inWords(before.rows)).toEqual(['a/1'])
  expect(inWords((await service.snapshot(project)).rows)).toEqual(['a/one', 'b/2', '*c/3'])
  await service.flush(project)
  expect(await readRowsFile(project)).toEqual(['a/one', 'b/2', 'c/3'])
})

it('a project that is closed and opened again has its rows', async () => {
  const { edit, close, words, handlers, project } = await open(['a/1'])
  await edit({ kind: 'set', id: 0, field: 'label', text: 'one' })
  await close()
  expect(await readRowsFile(project)).toEqual(['a/one'])
  expect(await words()).toEqual(['a/one'])
  expect(await handlers['rows.state']({ project })).toMatchObject({ isSaved: true, undo: { kind: 'set' } })
})
