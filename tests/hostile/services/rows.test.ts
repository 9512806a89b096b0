import { appendFile, chmod, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openJournal } from '../../../src-main/files/journal.ts'
import { openDataset } from '../../../src-main/jobs/dataset.ts'
import { openRowStore, type RowStore } from '../../../src-main/services/rows/rowStore.ts'
import { inWords, openRows, readRowsFile, row, rowsProject, writeRows } from '../../support/rowsProject.ts'
import { refusal } from '../../support/refusal.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'

const codes = (store: RowStore): string[] => store.state().notices.map(({ code }) => code)
const words = (store: RowStore): string[] => inWords(store.list.rows)
const set = (store: RowStore, id: number, text: string) => store.edit({ kind: 'set', id, field: 'label', text })

/** A project whose editor died: the edits are in the journal alone. */
async function crashedProject(rows: string[], edit: (store: RowStore) => Promise<unknown>): Promise<string> {
  const folder = await rowsProject(rows)
  const store = await openRows(folder)
  await edit(store)
  const saved = new Map<string, Buffer>()
  for (const name of await readdir(folder)) saved.set(name, await readFile(join(folder, name)))
  const crashed = await temporaryFolder()
  for (const [name, bytes] of saved) await writeFile(join(crashed, name), bytes)
  return crashed
}

describe('a rows.jsonl that this code did not write', () => {
  it('with lines that are no rows gives the others, and is kept whole', async () => {
    const folder = await temporaryFolder()
    const original = Buffer.concat([
      Buffer.from('{"instruct":"","input":"a","label":"1"}\nnonsense\n'),
      Buffer.from([0xff, 0xfe, 0x0a]),
      Buffer.from('{"instruct":1,"label":"x"}\n\n{"a":1,"a":2}\n{"instruct":"","input":"b","label":"2"}'),
    ])
    await writeFile(join(folder, 'rows.jsonl'), original)
    await writeFile(join(folder, 'splits.json'), '{"heldOut":[5]}')
    const store = await openRows(folder)
    expect(words(store)).toEqual(['a/1', '*b/2'])
    const [notice] = store.state().notices
    expect(notice).toMatchObject({ code: 'rows/lines-left-out', parameters: { count: 4, line: 2 } })
    await set(store, 0, 'one')
    await store.close()
    expect(await readRowsFile(folder)).toEqual(['a/one', 'b/2'])
    expect((await readFile(String(notice?.parameters['aside']))).equals(original)).toBe(true)
    expect(words(await openRows(folder))).toEqual(['a/one', '*b/2'])
  })

  it('with fields that the table has not is kept whole', async () => {
    const folder = await temporaryFolder()
    await writeFile(join(folder, 'rows.jsonl'), '{"instruction":"i","output":"o","source":"a book"}\n')
    const store = await openRows(folder)
    expect(words(store)).toEqual(['i|/o'])
    expect(codes(store)).toEqual(['rows/fields-left-out'])
    expect((await readdir(folder)).some((name) => name.startsWith('rows.original-'))).toBe(true)
  })

  it('that is a JSON array, or begins with a mark of its byte order, is read', async () => {
    const folder = await temporaryFolder()
    const rows = [row('a/1'), row('b/2')]
    await writeFile(join(folder, 'rows.jsonl'), JSON.stringify(rows, null, 2))
    expect(words(await openRows(folder))).toEqual(['a/1', 'b/2'])
    await writeFile(join(folder, 'rows.jsonl'), `\ufeff${rows.map((each) => JSON.stringify(each)).join('\r\n')}`)
    expect(words(await openRows(folder))).toEqual(['a/1', 'b/2'])
  })

  it('in which nothing is a row is refused, and stays as it is', async () => {
    const folder = await temporaryFolder()
    await writeFile(join(folder, 'rows.jsonl'), 'dear diary\n')
    await expect(openRowStore({ project: folder, onChange: () => undefined })).rejects.toEqual(refusal('dataset/not-json'))
    expect(await readdir(folder)).toEqual(['rows.jsonl'])
  })

  it('has unfinished rows, which stay what they are to the last space', async () => {
    const folder = await rowsProject()
    const store = await openRows(folder)
    await store.importRows([row('a/'), row('b/ '), row('/'), { instruct: '\ud83d', input: '', label: '\u0000' }], 'append')
    const before = store.list.rows
    await store.close()
    expect((await openRows(folder)).list.rows).toEqual(before)
  })
})

describe('another program changes rows.jsonl', () => {
  it('while it is closed: the table shows that, and what was edited before cannot be undone', async () => {
    const folder = await rowsProject(['a/1', 'b/2'])
    const store = await openRows(folder)
    await set(store, 0, 'one')
    await store.close()
    await writeRows(folder, ['b/2', 'c/3'])
    const again = await openRows(folder)
    expect(words(again)).toEqual(['b/2', 'c/3'])
    expect(codes(again)).toEqual(['rows/changed-outside'])
    expect(again.state().undo).toBeNull()
    await set(again, again.list.rows[0]?.id ?? 0, 'two')
    await again.close()
    const last = await openRows(folder)
    expect(words(last)).toEqual(['b/two', 'c/3'])
    expect(codes(last)).toEqual([])
    await last.undo()
    expect(words(last)).toEqual(['b/2', 'c/3'])
  })

  it('to what it was some edits ago: that counts, and is not edited again', async () => {
    const folder = await rowsProject(['a/1'])
    const old = await readFile(join(folder, 'rows.jsonl'))
    const store = await openRows(folder)
    await set(store, 0, 'one')
    await store.close()
    await writeFile(join(folder, 'rows.jsonl'), old)
    expect(words(await openRows(folder))).toEqual(['a/1'])
    expect((await openDataset(folder)).rows.map((each) => each.row.label)).toEqual(['1'])
  })

  it('after a crash: the table shows the file, and the edits that it does not have are kept', async () => {
    const folder = await crashedProject(['a/1'], (store) => set(store, 0, 'my last words'))
    await writeRows(folder, ['z/26'])
    const store = await openRows(folder)
    expect(words(store)).toEqual(['z/26'])
    const [notice] = store.state().notices
    expect(notice).toMatchObject({ code: 'rows/edits-put-aside', parameters: { steps: 1 } })
    expect(await readFile(String(notice?.parameters['aside']), 'utf8')).toContain('my last words')
    await set(store, store.list.rows[0]?.id ?? 0, '!')
    await store.close()
    expect(words(await openRows(folder))).toEqual(['z/!'])
  })

  it('while it is open and all is written: it is taken, as a step that can be undone', async () => {
    const folder = await rowsProject(['a/1', 'b/2', 'c/3'])
    const store = await openRows(folder)
    await set(store, 1, 'two')
    await store.flush()
    await writeRows(folder, ['a/1', 'x/9', 'c/3'])
    await store.lookOutside()
    expect(words(store)).toEqual(['a/1', 'x/9', 'c/3'])
    expect(store.list.rows.map(({ id }) => id)).toEqual([0, 3, 2])
    expect(store.state()).toMatchObject({ undo: { kind: 'import' }, notices: [] })
    const copy = await openRows(folder)
    expect(words(copy)).toEqual(['a/1', 'x/9', 'c/3'])
    await store.undo()
    expect(words(store)).toEqual(['a/1', 'b/two', 'c/3'])
    await store.close()
    expect(await readRowsFile(folder)).toEqual(['a/1', 'b/two', 'c/3'])
  })

  it('while it is being edited: the edits stay, and the other’s file is kept', async () => {
    const folder = await rowsProject(['a/1'])
    const store = await openRows(folder)
    await set(store, 0, 'one')
    await writeRows(folder, ['z/26'])
    await set(store, 0, 'uno')
    expect(words(store)).toEqual(['a/uno'])
    const [notice] = store.state().notices
    expect(notice?.code).toBe('rows/outside-put-aside')
    expect(await readFile(String(notice?.parameters['aside']), 'utf8')).toContain('"z"')
    await store.close()
    expect(await readRowsFile(folder)).toEqual(['a/uno'])
  })

  it('only by its date: nothing happens', async () => {
    const folder = await rowsProject(['a/1'])
    const store = await openRows(folder)
    await utimes(join(folder, 'rows.jsonl'), 1, 1)
    await set(store, 0, 'one')
    expect(store.state()).toMatchObject({ notices: [], undo: { kind: 'set' } })
  })

  it('by deleting it: it is written again', async () => {
    const folder = await rowsProject(['a/1'])
    const store = await openRows(folder)
    await rm(join(folder, 'rows.jsonl'))
    await set(store, 0, 'one')
    await store.close()
    expect(await readRowsFile(folder)).toEqual(['a/one'])
  })

  it('and splits.json: the marks are taken', async () => {
    const folder = await rowsProject(['a/1', 'b/2'])
    const store = await openRows(folder)
    await store.edit({ kind: 'hold', ids: [0], heldOut: true })
    await store.close()
    await writeFile(join(folder, 'splits.json'), '{"heldOut":[1]}')
    const again = await openRows(folder)
    expect(words(again)).toEqual(['a/1', '*b/2'])
    await writeFile(join(folder, 'splits.json'), '{"heldOut":[0, 1]}')
    await again.lookOutside()
    expect(words(again)).toEqual(['*a/1', '*b/2'])
  })
})

describe('a journal', () => {
  const journalOf = (folder: string): string => join(folder, 'rows.journal')
  const three = async (store: RowStore): Promise<void> => {
    await set(store, 0, 'one')
    await store.edit({ kind: 'insert', at: 1, rows: [row('b/2')] })
    await store.edit({ kind: 'delete', ids: [0] })
  }

  it('that is damaged in the middle keeps the edits before, and the rest aside', async () => {
    const folder = await crashedProject(['a/1'], three)
    const text = await readFile(journalOf(folder), 'utf8')
    await writeFile(journalOf(folder), text.replace('"insert"', '"insort"'))
    const store = await openRows(folder)
    expect(words(store)).toEqual(['a/one'])
    expect(codes(store)).toEqual(['files/damaged-journal'])
    await store.close()
    expect(words(await openRows(folder))).toEqual(['a/one'])
  })

  it('whose lines are sound but none of ours is put aside', async () => {
    const folder = await crashedProject(['a/1'], three)
    const journal = await openJournal(journalOf(folder))
    await journal.append({ line: 'teleport', version: 9 })
    await journal.close()
    const store = await openRows(folder)
    expect(words(store)).toEqual(['a/1'])
    expect(codes(store)).toEqual(['rows/journal-not-understood'])
    expect((await openDataset(folder)).rows).toHaveLength(1)
  })

  it('of edits that do not fit the rows is put aside, and none of them is made', async () => {
    const folder = await crashedProject(['a/1'], three)
    const other = await crashedProject(['a/1'], three)
    const lines = (await readFile(journalOf(other), 'utf8')).split('\n')
    // The same steps once more: as if they could be done twice.
    await appendFile(journalOf(folder), lines.slice(2).join('\n'))
    const store = await openRows(folder)
    expect(words(store)).toEqual(['a/1'])
    expect(codes(store)).toEqual(['rows/journal-not-understood'])
  })

  it('that is torn keeps what was whole', async () => {
    const folder = await crashedProject(['a/1'], three)
    await appendFile(journalOf(folder), '{"line":"step","kind":"se')
    const store = await openRows(folder)
    expect(words(store)).toEqual(['b/2'])
    expect(codes(store)).toEqual([])
    expect((await openDataset(folder)).rows.map((each) => each.row.input)).toEqual(['b'])
  })
})

it('a project that may be read but not written opens, and says at the first edit that it cannot be written', async () => {
  const folder = await crashedProject(['a/1'], (store) => set(store, 0, 'one'))
  await chmod(folder, 0o555)
  for (const name of await readdir(folder)) await chmod(join(folder, name), 0o444)
  const store = await openRows(folder)
  expect(words(store)).toEqual(['a/one'])
  // Root may write everywhere.
  if (process.getuid?.() !== 0) await expect(set(store, 0, 'two')).rejects.toEqual(refusal('files/cannot-write'))
  await chmod(folder, 0o755)
})
