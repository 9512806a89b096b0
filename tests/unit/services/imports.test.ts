import { appendFile, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Row } from '../../../src-main/contract/row.ts'
import { createExports } from '../../../src-main/services/exports.ts'
import { createImports } from '../../../src-main/services/imports.ts'
import { createRows } from '../../../src-main/services/rows.ts'
import { inProcessEngine } from '../../support/inProcessEngine.ts'
import { refusal } from '../../support/refusal.ts'
import { serviceContext } from '../../support/serviceContext.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'

/** A project's rows with the real services around them. */
async function openProject() {
  const project = await temporaryFolder()
  const context = await serviceContext({ tokens: inProcessEngine() })
  const closings: ((folder: string) => Promise<void>)[] = []
  const projects = {
    require: () => ({ folder: project, name: 'A', plan: { model: 'starter', preset: 'starter' as const, settings: {} } }),
    onClose: (closing: (folder: string) => Promise<void>) => void closings.push(closing),
  }
  const rows = createRows(context, projects)
  const files = await temporaryFolder()
  const put = async (name: string, content: string | Uint8Array): Promise<string> => {
    await writeFile(join(files, name), content)
    return join(files, name)
  }
  const texts = async (): Promise<Row[]> =>
    (await rows.snapshot(project)).rows.map(({ instruct, input, label }) => ({ instruct, input, label }))
  return {
    project,
    context,
    texts,
    put,
    rows,
    ...createImports(context, projects, rows).handlers,
    ...createExports(projects, rows).handlers,
    close: () => Promise.all(closings.map((closing) => closing(project))),
  }
}

const importId = 'a'

describe('importing a file', () => {
  it('shows what it found, and puts the rows into the project as one step', async () => {
    const app = await openProject()
    const { project } = app
    const path = await app.put('rows.csv', '问题,回答,来源\n天是什么颜色？,蓝色,书\n草呢？,绿色,\n')
    const preview = await app['imports.open']({ importId, project, path })
    expect(preview).toMatchObject({
      importId,
      name: 'rows.csv',
      kind: 'delimited',
      encoding: 'utf-8',
      delimiter: ',',
      header: true,
      shape: 'question-answer',
      recordCount: 2,
      rowCount: 2,
      rows: [
        { line: 2, row: { instruct: '天是什么颜色？', input: '', label: '蓝色' } },
        { line: 3, row: { instruct: '草呢？', input: '', label: '绿色' } },
      ],
      records: [
        { line: 2, cells: ['天是什么颜色？', '蓝色', '书'] },
        { line: 3, cells: ['草呢？', '绿色', ''] },
      ],
      unused: [{ column: 2, name: '来源', records: 1 }],
      problemCount: 0,
    })
    const { added, state } = await app['imports.commit']({ importId, mode: 'append' })
    expect(added).toBe(2)
    expect(state).toMatchObject({ count: 2, undo: { kind: 'import', rows: 2 } })
    expect(await app.texts()).toEqual(preview.rows.map(({ row }) => row))
    await app.rows.handlers['rows.undo']({ project })
    expect(await app.texts()).toEqual([])
    await expect(app['imports.commit']({ importId, mode: 'append' })).rejects.toEqual(refusal('imports/not-open'))
    await app.close()
  })

  it('is configured until it is right: another mapping keeps, another reading finds anew', async () => {
    const app = await openProject()
    const path = await app.put('words.csv', 'cat;Katze\ndog;Hund\n')
    await app['imports.open']({ importId, project: app.project, path })
    const swapped = await app['imports.configure']({
      importId,
      mapping: {
        kind: 'columns',
        instruct: { kind: 'text', text: 'Translate: ' },
        input: { kind: 'column', column: 1 },
        label: { kind: 'column', column: 0 },
      },
    })
    expect(swapped.rows[0]?.row).toEqual({ instruct: 'Translate: ', input: 'Katze', label: 'cat' })
    const named = await app['imports.configure']({ importId, reading: { header: true } })
    expect(named).toMatchObject({ rowCount: 1, columns: [{ name: 'cat' }, { name: 'Katze' }] })
    expect(named.rows[0]?.row).toEqual({ instruct: 'dog', input: '', label: 'Hund' })
    const { state } = await app['imports.commit']({ importId, mode: 'append' })
    expect(state.count).toBe(1)
    await app.close()
  })

  it('takes the place of the rows that are there, where a person wants that', async () => {
    const app = await openProject()
    const { project } = app
    const path = await app.put('rows.jsonl', '{"instruct":"a","label":"b"}\n{"instruct":"c","label":"d"}\n')
    for (const mode of ['append', 'append', 'replace'] as const) {
      await app['imports.open']({ importId, project, path })
      await app['imports.commit']({ importId, mode })
    }
    expect(await app.texts()).toHaveLength(2)
    await app.rows.handlers['rows.undo']({ project })
    expect(await app.texts()).toHaveLength(4)
    await app.close()
  })

  it('imports nothing from a file that has changed since it was looked at', async () => {
    const app = await openProject()
    const { project } = app
    const path = await app.put('rows.csv', 'question,answer\na,b\n')
    await app['imports.open']({ importId, project, path })
    await appendFile(path, 'c,d\n')
    await expect(app['imports.commit']({ importId, mode: 'append' })).rejects.toEqual(refusal('imports/file-changed'))
    expect(await app.texts()).toEqual([])
    expect((await app['imports.configure']({ importId })).rowCount).toBe(2)
    expect((await app['imports.commit']({ importId, mode: 'append' })).added).toBe(2)
    await app.close()
  })

  it('says how many records become no row, and refuses where none does', async () => {
    const app = await openProject()
    const { project } = app
    const path = await app.put('rows.jsonl', '{"question":["a"],"answer":"b"}\n{"question":"c","answer":"d"}\n')
    expect(await app['imports.open']({ importId, project, path })).toMatchObject({
      leftOut: 1,
      problemCount: 1,
      problems: [{ fault: { kind: 'not-text', field: 'instruct', found: 'array' }, line: 1, isLeftOut: true }],
    })
    expect(await app['imports.commit']({ importId, mode: 'append' })).toMatchObject({ added: 1, leftOut: 1 })

    const none = await app.put('none.jsonl', '{"question":"a","answer":["b"]}\n')
    await app['imports.open']({ importId, project, path: none })
    const mapping = { kind: 'conversation' as const, columns: [1], system: null, turns: 'first' as const }
    await app['imports.configure']({ importId, mapping })
    await expect(app['imports.commit']({ importId, mode: 'append' })).rejects.toEqual(refusal('imports/no-rows'))
    await app.close()
  })

  it('ends when it is cancelled, and lets go of a project that is closed', async () => {
    const app = await openProject()
    const { project } = app
    const line = `question ${'x'.repeat(100)},answer\n`
    const path = await app.put('rows.csv', `question,answer\n${line.repeat(60_000)}`)
    const opening = app['imports.open']({ importId, project, path })
    await app['imports.cancel']({ importId })
    await expect(opening).rejects.toEqual(refusal('imports/cancelled'))

    await app['imports.open']({ importId, project, path })
    const committing = app['imports.commit']({ importId, mode: 'append' })
    await app['imports.cancel']({ importId })
    await expect(committing).rejects.toEqual(refusal('imports/cancelled'))
    expect(await app.texts()).toEqual([])

    await app['imports.open']({ importId, project, path })
    await app.close()
    await expect(app['imports.commit']({ importId, mode: 'append' })).rejects.toEqual(refusal('imports/not-open'))
  })

  it('tells how far it has come', async () => {
    const app = await openProject()
    const path = await app.put('rows.csv', `question,answer\n${'a question,an answer\n'.repeat(150_000)}`)
    await app['imports.open']({ importId, project: app.project, path })
    await app['imports.commit']({ importId, mode: 'append' })
    const shares = app.context.toldOf('imports.progress').map(({ share }) => share)
    expect(shares.length).toBeGreaterThan(5)
    expect(shares.length).toBeLessThan(500)
    expect(shares.every((share) => share >= 0 && share <= 1)).toBe(true)
    expect(shares.at(-1)).toBe(1)
    await app.close()
  })
})

describe('exporting rows', () => {
  it('writes those that are asked for, in each format', async () => {
    const app = await openProject()
    const { project } = app
    const path = await app.put('in.jsonl', '{"instruct":"=1+1","label":"b, c"}\n{"instruct":"问","input":"x","label":"d"}\n')
    await app['imports.open']({ importId, project, path })
    await app['imports.commit']({ importId, mode: 'append' })
    const [first, second] = (await app.rows.snapshot(project)).rows
    await app.rows.handlers['rows.edit']({ project, edit: { kind: 'hold', ids: [second?.id ?? 0], heldOut: true } })
    const target = join(project, 'out')
    const write = async (format: 'csv' | 'json' | 'jsonl', which: 'all' | 'trained' | 'held-out'): Promise<string> => {
      await app['exports.rows']({ project, format, path: target, which })
      return readFile(target, 'utf8')
    }
    expect(await write('csv', 'all')).toBe('\uFEFFinstruct,input,label\r\n\'=1+1,,"b, c"\r\n问,x,d\r\n')
    expect(await write('jsonl', 'trained')).toBe('{"instruct":"=1+1","input":"","label":"b, c"}\n')
    expect(JSON.parse(await write('json', 'held-out'))).toEqual([{ instruct: '问', input: 'x', label: 'd' }])
    const ids = [first?.id ?? 0]
    expect(await app['exports.rows']({ project, format: 'csv', path: target, which: 'all', ids })).toEqual({
      path: target,
      rows: 1,
      apostrophes: 1,
    })
    await expect(app['exports.rows']({ project, format: 'csv', path: target, which: 'held-out', ids })).rejects.toEqual(
      refusal('exports/no-rows'),
    )
    await app.close()
  })
})
