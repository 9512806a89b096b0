import type { Field, RowId } from '../../../src-main/contract/areas/rows.ts'
import { ALL_ROWS, isFiltered, type ExamplesTable } from './examplesTable.svelte.ts'
import type { ShownRow } from './pageCache.ts'

const EMPTY_ROW = { instruct: '', input: '', label: '' }

/** A new row below the active one, where writing begins at once. */
export const addRow = (table: ExamplesTable, place: 'below' | 'end' = 'below'): Promise<void> =>
  table.newRow.add(() => addRowNow(table, place))

async function addRowNow(table: ExamplesTable, place: 'below' | 'end'): Promise<void> {
  table.commit()
  const { activeRow } = table
  const at = place === 'below' && activeRow ? activeRow.position + 1 : (table.project.rows?.count ?? 0)
  const [id] = await table.change({ kind: 'insert', at, rows: [EMPTY_ROW] })
  if (id === undefined) return
  table.takeFocus()
  await showRow(table, id, 0)
  table.edit()
}

/** Goes to a row; where the filter hides it, all rows are shown. */
export async function showRow(table: ExamplesTable, id: RowId, column?: number): Promise<void> {
  if (await table.goTo(id, column)) return
  table.show(ALL_ROWS)
  await table.goTo(id, column)
}

export async function duplicateRows(table: ExamplesTable): Promise<void> {
  table.commit()
  await table.selected()
  const isSelection = table.selection.count > 0
  const ids = await table.change({ kind: 'duplicate', ids: [...table.targets] })
  if (isSelection) table.selection.only(ids)
  const [first] = ids
  if (first !== undefined) await table.goTo(first)
}

/** What the key Delete is for: the rows selected, otherwise the text of the active cell. */
export async function removeHere(table: ExamplesTable): Promise<void> {
  await table.selected()
  if (table.selection.count > 0) await deleteRows(table)
  else table.clearCell()
}

export async function deleteRows(table: ExamplesTable): Promise<void> {
  table.commit()
  await table.selected()
  const ids = [...table.targets]
  table.selection.clear()
  await table.changeWithUndo({ kind: 'delete', ids }, 'examples.done-delete')
}

/** One place up or down. @returns the number of the row that comes first then, or null at the edge */
export async function moveRows(table: ExamplesTable, by: 1 | -1): Promise<number | null> {
  table.commit()
  await table.selected()
  const ids = [...table.targets]
  const places = await table.app.client.call('rows.locate', { project: table.project.folder, view: table.pages.view, ids })
  const [first, last] = [places[0], places.at(-1)]
  if (first === undefined || last === undefined) return null
  const to = by < 0 ? first - 1 : last + 1
  if (to < 0 || to >= table.count) return null
  await table.change({ kind: 'move', ids, before: by < 0 ? await idAt(table, to) : await idAfter(table, to) })
  return first + by + 1
}

/** Puts rows in front of the row at a position of the view; its number of rows means the end. */
export async function dropRows(table: ExamplesTable, ids: readonly RowId[], index: number): Promise<void> {
  table.commit()
  const dropped = new Set(ids)
  let at = index
  let before = at < table.count ? await idAt(table, at) : await idAfter(table, table.count - 1)
  // In front of a row that moves itself means in front of the next that stays.
  while (before !== null && dropped.has(before)) before = ++at < table.count ? await idAt(table, at) : null
  await table.change({ kind: 'move', ids: [...ids], before })
}

async function idAt(table: ExamplesTable, index: number): Promise<RowId | null> {
  const row = table.pages.rowAt(index) ?? (await table.pages.range(index, index + 1))[0]
  return row?.id ?? null
}

/** Of the row that follows one of the view in the project, seen or not. */
async function idAfter(table: ExamplesTable, index: number): Promise<RowId | null> {
  if (!isFiltered(table.pages.view)) return index + 1 < table.count ? idAt(table, index + 1) : null
  const row = table.pages.rowAt(index) ?? (await table.pages.range(index, index + 1))[0]
  if (!row) return null
  const start = row.position + 1
  const page = await table.app.client.call('rows.page', { project: table.project.folder, view: ALL_ROWS, start, end: start + 1 })
  return page.rows[0]?.id ?? null
}

/** Of the rows selected; of all, where none is. */
export async function exchangeColumns(table: ExamplesTable, from: Field, to: Field): Promise<void> {
  await table.selected()
  const ids = table.selection.count > 0 ? [...table.selection.ids] : null
  await table.changeWithUndo({ kind: 'exchange', ids, from, to }, 'examples.done-exchange')
}

/** Whether all of them are held out already, so that the action for it lets them be learned from again. */
export const areHeldOut = (table: ExamplesTable): boolean =>
  table.selection.count > 0 ? selectedAtHand(table).every(({ heldOut }) => heldOut) : (table.activeRow?.heldOut ?? false)

export const selectedAtHand = (table: ExamplesTable): ShownRow[] =>
  table.pages.atHand().filter(({ id }) => table.selection.has(id))

export async function holdRows(table: ExamplesTable): Promise<void> {
  await table.selected()
  const heldOut = !areHeldOut(table)
  await table.change({ kind: 'hold', ids: [...table.targets], heldOut })
}
