import { FIELDS, type Edit, type Field, type ProjectRow, type RowId } from '../../contract/areas/rows.ts'
import { TuneDeskError } from '../../contract/error.ts'
import type { Row } from '../../contract/row.ts'
import type { Linter } from '../../engine/1-dataset/lint/linter.ts'
import type { Mending } from '../../engine/1-dataset/lint/rule.ts'
import { toRanges, type Range } from '../../engine/1-dataset/project/ranges.ts'
import type { CellChange, RowChange } from '../../engine/1-dataset/project/rowChange.ts'
import type { RowList } from '../../engine/1-dataset/project/rowList.ts'
import { drawHeldOut } from './drawHeldOut.ts'
import { replacedCells } from './replacedCells.ts'
import { positionsOf, rowsOf } from './rowsOf.ts'

export interface EditTools {
  /** Of no other row, before or after. */
  newId(): RowId
  linter: Linter
}

type EditOf<Kind extends Edit['kind']> = Extract<Edit, { kind: Kind }>
type Editing<Kind extends Edit['kind']> = (
  list: RowList,
  edit: EditOf<Kind>,
  tools: EditTools,
) => RowChange[] | Promise<RowChange[]>

/**
 * What an edit changes. None where it changes nothing.
 * @throws TuneDeskError rows/…: then nothing is to be changed
 */
export function changesOfEdit(list: RowList, edit: Edit, tools: EditTools): RowChange[] | Promise<RowChange[]> {
  // TypeScript cannot follow that an edit meets the function of its own kind.
  const editing = EDITS[edit.kind] as Editing<Edit['kind']>
  return editing(list, edit, tools)
}

const EDITS: { [Kind in Edit['kind']]: Editing<Kind> } = {
  set: (list, { id, field, text }) => textChanges([[id, field, requireRow(list, id)[field], text]]),
  insert: (list, { at, rows }, { newId }) => insertion(Math.min(at, list.rows.length), rows, newId),
  paste: (list, { id, field, block }, { newId }) => pasteBlock(list, id, field, block, newId),
  duplicate: (list, { ids }, { newId }) => duplicateRows(list, positionsOf(list, ids), newId),
  delete: (list, { ids }) => deletion(list, positionsOf(list, ids)),
  move: (list, { ids, before }) => moveRows(list, positionsOf(list, ids), before),
  exchange: (list, { ids, from, to }) => {
    const touched = rowsOf(list, ids).filter((row) => row[from] !== row[to])
    return touched.length === 0 ? [] : [{ kind: 'exchange', ids: touched.map(({ id }) => id), from, to }]
  },
  replace: async (list, { kind: _, ...replacement }) => textChanges(await replacedCells(list, replacement)),
  hold: (list, { ids, heldOut }) => holdChanges(rowsOf(list, ids), () => heldOut),
  async split(list, { share, seed }) {
    const drawn = await drawHeldOut(list.rows, share, seed)
    return holdChanges(list.rows, ({ id }) => drawn.has(id))
  },
  async fix(list, { finding, ids }, { linter }) {
    await linter.examine(list)
    return mendingChanges(list, linter.mend(finding, ids))
  },
}

function requireRow(list: RowList, id: RowId): ProjectRow {
  const row = list.rows[list.positionOf(id)]
  if (!row) throw new TuneDeskError('rows/no-such-row')
  return row
}

function textChanges(cells: CellChange[]): RowChange[] {
  const changed = cells.filter(([, , before, after]) => before !== after)
  return changed.length === 0 ? [] : [{ kind: 'texts', cells: changed }]
}

function insertion(at: number, rows: readonly (Row & { heldOut?: boolean })[], newId: () => RowId): RowChange[] {
  if (rows.length === 0) return []
  const added = rows.map(({ instruct, input, label, heldOut = false }) => ({ id: newId(), instruct, input, label, heldOut }))
  return [{ kind: 'insert', runs: [[at, added.length]], rows: added }]
}

function deletion(list: RowList, positions: readonly number[]): RowChange[] {
  if (positions.length === 0) return []
  return [{ kind: 'delete', runs: toRanges(positions), rows: positions.flatMap((position) => list.rows[position] ?? []) }]
}

/** A column or two of blank cells beside the block, as spreadsheets copy them, does no harm. */
function pasteBlock(list: RowList, id: RowId | null, field: Field, block: readonly string[][], newId: () => RowId): RowChange[] {
  const fields = FIELDS.slice(FIELDS.indexOf(field))
  const columns = block.reduce((most, cells) => Math.max(most, cells.findLastIndex((cell) => cell !== '') + 1), 0)
  if (columns > fields.length) throw new TuneDeskError('rows/paste-too-wide', { columns, room: fields.length })
  const start = id === null ? list.rows.length : list.positionOf(requireRow(list, id).id)
  const existing = block.slice(0, list.rows.length - start)
  const cells = existing.flatMap((texts, i) => {
    const row = list.rows[start + i]
    return row
      ? fields.slice(0, texts.length).map((name, column): CellChange => [row.id, name, row[name], texts[column] ?? ''])
      : []
  })
  const added = block.slice(existing.length).map((texts): Row => {
    const textOf = (name: Field): string => texts[fields.indexOf(name)] ?? ''
    return { instruct: textOf('instruct'), input: textOf('input'), label: textOf('label') }
  })
  return [...textChanges(cells), ...insertion(list.rows.length, added, newId)]
}

/** The copies of rows that stand together come together behind them. A copy is held out where its row is. */
function duplicateRows(list: RowList, positions: readonly number[], newId: () => RowId): RowChange[] {
  const runs: Range[] = []
  const rows: ProjectRow[] = []
  for (const [start, count] of toRanges(positions)) {
    runs.push([start + count + rows.length, count])
    for (const row of list.rows.slice(start, start + count)) rows.push({ ...row, id: newId() })
  }
  return rows.length === 0 ? [] : [{ kind: 'insert', runs, rows }]
}

function moveRows(list: RowList, positions: readonly number[], before: RowId | null): RowChange[] {
  const target = before === null ? list.rows.length : list.positionOf(requireRow(list, before).id)
  const to = target - positions.filter((position) => position < target).length
  const from = toRanges(positions)
  const [only] = from
  const isThere = !only || (from.length === 1 && only[0] === to)
  return isThere ? [] : [{ kind: 'gather', from, to }]
}

function holdChanges(rows: readonly ProjectRow[], isHeldOut: (row: ProjectRow) => boolean): RowChange[] {
  return [true, false].flatMap((heldOut): RowChange[] => {
    const ids = rows.flatMap((row) => (row.heldOut !== heldOut && isHeldOut(row) === heldOut ? [row.id] : []))
    return ids.length === 0 ? [] : [{ kind: 'hold', ids, heldOut }]
  })
}

function mendingChanges(list: RowList, mendings: readonly [RowId, Mending][]): RowChange[] {
  const cells: CellChange[] = []
  const deleted: RowId[] = []
  const held: RowId[] = []
  for (const [id, mending] of mendings) {
    const row = requireRow(list, id)
    if (mending.kind === 'change') for (const field of FIELDS) cells.push([id, field, row[field], mending.texts[field]])
    else if (mending.kind === 'delete') deleted.push(id)
    else held.push(id)
  }
  return [...textChanges(cells), ...holdChanges(rowsOf(list, held), () => true), ...deletion(list, positionsOf(list, deleted))]
}

/** All rows that there are, or new ones behind them. */
export function importChanges(
  list: RowList,
  rows: readonly (Row & { heldOut?: boolean })[],
  mode: 'append' | 'replace',
  newId: () => RowId,
): RowChange[] {
  if (mode === 'append') return insertion(list.rows.length, rows, newId)
  return [
    ...deletion(
      list,
      list.rows.map((_, position) => position),
    ),
    ...insertion(0, rows, newId),
  ]
}

/** What makes the rows those that another program wrote: rows at the beginning and the end that are the same keep their ids. */
export function outsideChanges(list: RowList, rows: readonly (Row & { heldOut: boolean })[], newId: () => RowId): RowChange[] {
  const isSame = (ours: Row | undefined, theirs: Row | undefined): boolean =>
    ours !== undefined && theirs !== undefined && FIELDS.every((field) => ours[field] === theirs[field])
  const most = Math.min(list.rows.length, rows.length)
  let head = 0
  while (head < most && isSame(list.rows[head], rows[head])) head++
  let tail = 0
  while (tail < most - head && isSame(list.rows.at(-1 - tail), rows.at(-1 - tail))) tail++
  const gone = list.rows.slice(head, list.rows.length - tail).map((_, i) => head + i)
  const kept = [...list.rows.slice(0, head), ...list.rows.slice(list.rows.length - tail)]
  const marks = [...rows.slice(0, head), ...rows.slice(rows.length - tail)]
  const heldOut = new Map(kept.map(({ id }, i) => [id, marks[i]?.heldOut ?? false]))
  return [
    ...holdChanges(kept, ({ id }) => heldOut.get(id) ?? false),
    ...deletion(list, gone),
    ...insertion(head, rows.slice(head, rows.length - tail), newId),
  ]
}
