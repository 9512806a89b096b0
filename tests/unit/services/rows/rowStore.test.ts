import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { RowsState } from '../../../../src-main/contract/areas/rows.ts'
import { nodeFileSystem } from '../../../../src-main/files/fileSystem.ts'
import { inWords, openRows, readRowsFile, row, rowsProject } from '../../../support/rowsProject.ts'

/** What happens by itself after a while, however busy the computer is. */
const PATIENCE = { timeout: 8_000 }

describe('typing', () => {
  const typing = async () => {
    let now = 0
    const store = await openRows(await rowsProject(['a/1', 'b/2']), { clock: () => now })
    const type = (text: string, after: number, id = 0) => {
      now += after
      return store.edit({ kind: 'set', id, field: 'label', text })
    }
    return { store, type }
  }

  it('into one cell is one step back, as long as it does not pause', async () => {
    const { store, type } = await typing()
    await type('o', 400)
    await type('on', 400)
    await type('one', 400)
    await store.undo()
    expect(inWords(store.list.rows)).toEqual(['a/1', 'b/2'])
    await store.redo()
    expect(inWords(store.list.rows)).toEqual(['a/one', 'b/2'])
    expect(store.state()).toMatchObject({ undo: { kind: 'set', rows: 1 }, redo: null })
  })

  it('after a pause, in another cell, or after anything else is another', async () => {
    const { store, type } = await typing()
    await type('o', 400)
    await type('on', 3_000)
    await type('x', 400, 1)
    await type('one', 400)
    await store.undo()
    await type('only', 400)
    const before: string[][] = []
    while (store.state().undo) {
      await store.undo()
      before.push(inWords(store.list.rows))
    }
    expect(before).toEqual([
      ['a/on', 'b/x'],
      ['a/on', 'b/2'],
      ['a/o', 'b/2'],
      ['a/1', 'b/2'],
    ])
  })

  it('is one step back after a restart, too', async () => {
    const { store, type } = await typing()
    await type('o', 400)
    await type('on', 400)
    const { project } = store.state()
    await store.close()
    const again = await openRows(project)
    await again.undo()
    expect(inWords(again.list.rows)).toEqual(['a/1', 'b/2'])
    expect(again.state().undo).toBeNull()
  })
})

it('what was taken back can be done again after a restart, until something else is done', async () => {
  const folder = await rowsProject(['a/1', 'b/2', 'c/3'])
  const store = await openRows(folder)
  await store.edit({ kind: 'move', ids: [2], before: 0 })
  await store.edit({ kind: 'delete', ids: [0, 1] })
  await store.undo()
  await store.close()

  const again = await openRows(folder)
  expect(inWords(again.list.rows)).toEqual(['c/3', 'a/1', 'b/2'])
  expect(again.list.rows.map(({ id }) => id)).toEqual([2, 0, 1])
  expect(again.state()).toMatchObject({ undo: { kind: 'move', rows: 1 }, redo: { kind: 'delete', rows: 2 } })
  expect((await again.redo()).ids).toEqual([])
  expect(inWords(again.list.rows)).toEqual(['c/3'])
  await again.undo()
  await again.edit({ kind: 'set', id: 2, field: 'input', text: 'z' })
  expect(again.state().redo).toBeNull()
})

it('an import of many rows is one step, kept over a restart', async () => {
  const folder = await rowsProject(['a/1', 'b/2'])
  const store = await openRows(folder)
  const many = Array.from({ length: 1_000 }, (_, i) => ({ ...row(`q${i}/a`), heldOut: i < 3 }))
  const { state, ids } = await store.importRows(many, 'replace')
  expect(ids).toHaveLength(1_000)
  expect(state).toMatchObject({ count: 1_000, heldOutCount: 3, undo: { kind: 'import', rows: 1_002 } })
  await store.close()
  const again = await openRows(folder)
  expect(again.state()).toMatchObject({ count: 1_000, heldOutCount: 3 })
  await again.undo()
  expect(inWords(again.list.rows)).toEqual(['a/1', 'b/2'])
  expect(again.list.rows.map(({ id }) => id)).toEqual([0, 1])
})

it('an id is not given again after its row is gone and the project was closed', async () => {
  const folder = await rowsProject(['a/1'])
  const store = await openRows(folder)
  const inserted = await store.edit({ kind: 'insert', at: 1, rows: [row('b/2')] })
  await store.edit({ kind: 'delete', ids: inserted.ids })
  await store.close()
  const again = await openRows(folder)
  const next = await again.edit({ kind: 'insert', at: 1, rows: [row('c/3')] })
  expect(next.ids[0]).toBeGreaterThan(inserted.ids[0] ?? 0)
})

it('each change is told with a version of its own, and told again when it is on the disk', async () => {
  const told: RowsState[] = []
  const store = await openRows(await rowsProject(['a/1']), { onChange: (state) => told.push(state) })
  await store.edit({ kind: 'set', id: 0, field: 'label', text: 'x' })
  await store.edit({ kind: 'delete', ids: [0] })
  await expect.poll(() => told.at(-1)?.isSaved, PATIENCE).toBe(true)
  expect(told.map(({ version, count, isSaved }) => [version, count, isSaved])).toEqual([
    [2, 1, false],
    [3, 0, false],
    [3, 0, true],
  ])
})

it('what cannot be brought to the disk in the background is told, and tried again by the next edit', async () => {
  let fails = false
  const failing: typeof nodeFileSystem = {
    ...nodeFileSystem,
    open: async (path, flags) => {
      const file = await nodeFileSystem.open(path, flags)
      const fail = () => Promise.reject(Object.assign(new Error('EIO'), { code: 'EIO' }))
      return {
        write: (bytes, offset, length, position) => file.write(bytes, offset, length, position),
        truncate: (length) => file.truncate(length),
        close: () => file.close(),
        sync: () => (fails && path.endsWith('rows.journal') ? fail() : file.sync()),
      }
    },
  }
  const folder = await rowsProject(['a/1'])
  const store = await openRows(folder, { fileSystem: failing })
  await store.edit({ kind: 'set', id: 0, field: 'label', text: 'x' })
  fails = true
  await store.edit({ kind: 'set', id: 0, field: 'label', text: 'xy' })
  await expect.poll(() => store.state().notices.length, PATIENCE).toBe(1)
  expect(store.state()).toMatchObject({ isSaved: false, notices: [{ code: 'files/cannot-write' }] })
  fails = false
  await store.edit({ kind: 'set', id: 0, field: 'input', text: 'b' })
  await expect.poll(() => store.state().isSaved, PATIENCE).toBe(true)
  expect(store.state()).toMatchObject({ isSaved: true, notices: [] })
  await store.close()
  expect(await readRowsFile(folder)).toEqual(['b/xy'])
  const again = await openRows(folder)
  await again.undo()
  expect(inWords(again.list.rows)).toEqual(['a/xy'])
})

it('after many edits rows.jsonl is brought up to date by itself', async () => {
  const folder = await rowsProject(['a/1'])
  const store = await openRows(folder, { settleAfter: 3 })
  for (const text of ['x', 'xy', 'xyz']) await store.edit({ kind: 'set', id: 0, field: 'label', text })
  await store.lookOutside()
  expect(await readRowsFile(folder)).toEqual(['a/xyz'])
})

it('a project that nobody edits stays as it is, file by file', async () => {
  const folder = await rowsProject(['a/1'])
  const store = await openRows(folder)
  await store.flush()
  await store.undo()
  await store.close()
  expect(await readdir(folder)).toEqual(['rows.jsonl'])
})

it('a journal that has outgrown what can be taken back is shortened to it', async () => {
  const folder = await rowsProject(['a/1', 'b/2'])
  const store = await openRows(folder, { clock: () => 0 })
  await store.edit({ kind: 'delete', ids: [1] })
  await store.edit({ kind: 'exchange', ids: null, from: 'input', to: 'label' })
  await store.undo()
  const long = 'x'.repeat(100_000)
  for (let i = 0; i < 60; i++) await store.edit({ kind: 'set', id: 0, field: 'label', text: `${long}${i}` })
  const size = async (): Promise<number> => (await stat(join(folder, 'rows.journal'))).size
  expect(await size()).toBeGreaterThan(9_000_000)
  await store.flush()
  expect(await size()).toBeLessThan(200_000)
  await store.edit({ kind: 'set', id: 0, field: 'input', text: 'z' })
  await store.close()

  const again = await openRows(folder)
  expect(again.state().notices).toEqual([])
  expect(inWords(again.list.rows)).toEqual([`z/${long}59`])
  await again.undo()
  await again.undo()
  expect(inWords(again.list.rows)).toEqual(['a/1'])
  await again.undo()
  expect(inWords(again.list.rows)).toEqual(['a/1', 'b/2'])
})
