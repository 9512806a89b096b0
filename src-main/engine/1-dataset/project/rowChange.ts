import type { Field, ProjectRow, RowId } from '../../../contract/areas/rows.ts'
import { createPauses, type Pause } from '../../../files/pauses.ts'
import { countOf, fromRanges, type Range } from './ranges.ts'
import { rowList, withSameOrder, type RowList } from './rowList.ts'

/** A text in place of another one. */
export type CellChange = [id: RowId, field: Field, before: string, after: string]

/**
 * What edits are made of. Each has an inverse of the same few kinds, and fits only rows that are as they were when it was made: it cannot be
 * done twice.
 */
export type RowChange =
  | { kind: 'texts'; cells: CellChange[] }
  | { kind: 'exchange'; ids: RowId[]; from: Field; to: Field }
  /** Marks rows that were not so marked. */
  | { kind: 'hold'; ids: RowId[]; heldOut: boolean }
  /** Rows into runs of positions that they have afterwards, ascending. */
  | { kind: 'insert'; runs: Range[]; rows: ProjectRow[] }
  /** Rows out of runs of positions that they had before, ascending. */
  | { kind: 'delete'; runs: Range[]; rows: ProjectRow[] }
  /** Rows from runs of positions, ascending, together to a position among the others. */
  | { kind: 'gather'; from: Range[]; to: number }
  /** Back again. */
  | { kind: 'scatter'; from: Range[]; to: number }

/** Less than a millisecond's work. */
const ITEMS_AT_ONCE = 1_000

/** A change that was made for other rows than these. */
export class MisfitError extends Error {}

/** What changes come to. */
export interface Changed {
  list: RowList
  /** Of the rows that were touched or made, without those that are gone. */
  ids: RowId[]
  /** How many rows were touched, made or taken away. */
  rowCount: number
}

/**
 * In pieces, so that a change of many rows lets others in.
 * @throws MisfitError
 */
export async function applyChanges(list: RowList, changes: readonly RowChange[]): Promise<Changed> {
  const pause = createPauses()
  const touched = new Set<RowId>()
  let now = list
  for (const change of changes) {
    for (const id of touchedIds(now, change)) touched.add(id)
    await pause()
    now = await applyChange(now, change, pause)
  }
  await pause()
  return { list: now, ids: [...touched].filter((id) => now.positionOf(id) >= 0), rowCount: touched.size }
}

export const invertChanges = (changes: readonly RowChange[]): RowChange[] => changes.map(invertChange).reverse()

function touchedIds(list: RowList, change: RowChange): RowId[] {
  switch (change.kind) {
    case 'texts':
      return change.cells.map(([id]) => id)
    case 'exchange':
    case 'hold':
      return change.ids
    case 'insert':
    case 'delete':
      return change.rows.map(({ id }) => id)
    case 'gather':
      return rowsAt(list, change.from).map(({ id }) => id)
    case 'scatter':
      return rowsAt(list, [[change.to, countOf(change.from)]]).map(({ id }) => id)
  }
}

async function applyChange(list: RowList, change: RowChange, pause: Pause): Promise<RowList> {
  switch (change.kind) {
    case 'texts':
      return changeRows(list, change.cells, pause, ([id]) => id, changeText)
    case 'exchange': {
      const { from, to } = change
      return changeRows(list, change.ids, pause, sameId, (row) => ({ ...row, [from]: row[to], [to]: row[from] }))
    }
    case 'hold':
      return changeRows(list, change.ids, pause, sameId, (row) => ({ ...row, heldOut: change.heldOut }))
    case 'insert':
      return rowList(putIn(list.rows, change.runs, change.rows))
    case 'delete': {
      const removed = rowsAt(list, change.runs)
      if (removed.some(({ id }, i) => id !== change.rows[i]?.id)) throw new MisfitError('other rows stand there')
      return rowList(takeOut(list.rows, change.runs))
    }
    case 'gather':
      return rowList(putIn(takeOut(list.rows, change.from), [[change.to, countOf(change.from)]], rowsAt(list, change.from)))
    case 'scatter': {
      const together: Range[] = [[change.to, countOf(change.from)]]
      return rowList(putIn(takeOut(list.rows, together), change.from, rowsAt(list, together)))
    }
  }
}

function invertChange(change: RowChange): RowChange {
  switch (change.kind) {
    case 'texts':
      return { kind: 'texts', cells: change.cells.map(([id, field, before, after]) => [id, field, after, before]) }
    case 'exchange':
      return change
    case 'hold':
      return { ...change, heldOut: !change.heldOut }
    case 'insert':
      return { ...change, kind: 'delete' }
    case 'delete':
      return { ...change, kind: 'insert' }
    case 'gather':
      return { ...change, kind: 'scatter' }
    case 'scatter':
      return { ...change, kind: 'gather' }
  }
}

const sameId = (id: RowId): RowId => id

function changeText(row: ProjectRow, [, field, before, after]: CellChange): ProjectRow {
  if (row[field] !== before) throw new MisfitError('another text stands there')
  return { ...row, [field]: after }
}

async function changeRows<Item>(
  list: RowList,
  items: readonly Item[],
  pause: Pause,
  idOf: (item: Item) => RowId,
  change: (row: ProjectRow, item: Item) => ProjectRow,
): Promise<RowList> {
  const rows = list.rows.slice()
  for (const [i, item] of items.entries()) {
    if (i % ITEMS_AT_ONCE === 0) await pause()
    const position = list.positionOf(idOf(item))
    const row = rows[position]
    if (!row) throw new MisfitError('there is no such row')
    rows[position] = change(row, item)
  }
  return withSameOrder(list, rows)
}

function rowsAt(list: RowList, runs: readonly Range[]): ProjectRow[] {
  return fromRanges(runs).map((position) => {
    const row = list.rows[position]
    if (!row) throw new MisfitError('there is no row at that position')
    return row
  })
}

function takeOut(rows: readonly ProjectRow[], runs: readonly Range[]): ProjectRow[] {
  let kept: ProjectRow[] = []
  let from = 0
  for (const [start, count] of runs) {
    if (start < from || start + count > rows.length) throw new MisfitError('there is no such run of rows')
    kept = appended(kept, rows, from, start)
    from = start + count
  }
  return appended(kept, rows, from, rows.length)
}

function putIn(rows: readonly ProjectRow[], runs: readonly Range[], added: readonly ProjectRow[]): ProjectRow[] {
  if (countOf(runs) !== added.length) throw new MisfitError('there are more rows than places')
  let result: ProjectRow[] = []
  let from = 0
  let taken = 0
  for (const [start, count] of runs) {
    const room = start - result.length
    if (room < 0 || from + room > rows.length) throw new MisfitError('there is no such position')
    result = appended(result, rows, from, from + room)
    result = appended(result, added, taken, taken + count)
    from += room
    taken += count
  }
  return appended(result, rows, from, rows.length)
}

/** Not `push(...rows)`, whose arguments go through the stack. */
function appended(into: ProjectRow[], rows: readonly ProjectRow[], from: number, to: number): ProjectRow[] {
  for (let i = from; i < to; i++) {
    const row = rows[i]
    if (row) into.push(row)
  }
  return into
}
