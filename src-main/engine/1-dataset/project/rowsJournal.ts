import { z } from 'zod'
import { FIELDS, type ProjectRow } from '../../../contract/areas/rows.ts'
import type { JournalEntry } from '../../../files/journal.ts'
import { createPauses } from '../../../files/pauses.ts'
import { countOf, fromRanges, toRanges } from './ranges.ts'
import type { CellChange, RowChange } from './rowChange.ts'
import { newStep, type Step } from './rowHistory.ts'

/** A line has at most so many rows or cells: a change of 100,000 rows becomes a few hundred lines, and none of them takes long to write. */
const ITEMS_PER_LINE = 250

/** What the files rows.jsonl and splits.json hold, beside the texts: the state that the lines after this one build on. */
export interface Base {
  /** Of rows.jsonl, in hexadecimal. */
  sha256: string
  /** The rows' ids, in the file's order. */
  ids: number[]
  /** Positions of the rows that are held out. */
  heldOut: number[]
  /** No row has had this id or a higher one yet. */
  nextId: number
}

/** One thing that happened to a project's rows. */
export type JournalRecord =
  /** rows.jsonl is about to be replaced by this. */
  | { line: 'base'; base: Base }
  /** Both files are. */
  | { line: 'settled' }
  | { line: 'step'; step: Step; merges: boolean }
  | { line: 'undo' }
  | { line: 'redo' }
  /** Steps from before the base, as a journal that was shortened keeps them. */
  | { line: 'past'; step: Step }
  | { line: 'future'; step: Step }

const whole = z.int().nonnegative()
const range = z.tuple([whole, z.int().positive()])
const ranges = z.array(range)
const field = z.enum(FIELDS)
type RowItem = [id: number, instruct: string, input: string, label: string, heldOut: boolean]
type Item = CellChange | RowItem
/** By hand: there are hundreds of thousands, and a union of two schemas takes ten times as long. */
const item = z.custom<Item>(isItem)

/** A change without its cells or rows, which stand in the items, in order. */
const changeSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('texts'), count: whole }),
  z.strictObject({ kind: z.literal('exchange'), ids: ranges, from: field, to: field }),
  z.strictObject({ kind: z.literal('hold'), ids: ranges, heldOut: z.boolean() }),
  z.strictObject({ kind: z.literal('insert'), runs: ranges }),
  z.strictObject({ kind: z.literal('delete'), runs: ranges }),
  z.strictObject({ kind: z.literal('gather'), from: ranges, to: whole }),
  z.strictObject({ kind: z.literal('scatter'), from: ranges, to: whole }),
])
type PrintedChange = z.output<typeof changeSchema>

const STEP_KINDS = [
  'set',
  'insert',
  'paste',
  'duplicate',
  'delete',
  'move',
  'exchange',
  'replace',
  'hold',
  'split',
  'fix',
  'import',
] as const satisfies readonly Step['kind'][]
const stepShape = {
  kind: z.enum(STEP_KINDS),
  rows: whole,
  changes: z.array(changeSchema),
  /** Of the items of this step: the last ones of the lines before it and its own. */
  count: whole,
  items: z.array(item),
}
const lineSchema = z.discriminatedUnion('line', [
  z.strictObject({
    line: z.literal('base'),
    version: z.literal(1),
    sha256: z.string(),
    ids: ranges,
    heldOut: ranges,
    nextId: whole,
  }),
  z.strictObject({ line: z.literal('settled') }),
  z.strictObject({ line: z.literal('items'), items: z.array(item) }),
  z.strictObject({ line: z.literal('step'), ...stepShape, merges: z.boolean() }),
  z.strictObject({ line: z.literal('undo') }),
  z.strictObject({ line: z.literal('redo') }),
  z.strictObject({ line: z.literal('past'), ...stepShape }),
  z.strictObject({ line: z.literal('future'), ...stepShape }),
])
type Line = z.output<typeof lineSchema>

/** A record's lines. It has happened once the last of them is written: those before it mean nothing by themselves. */
export function* printRecord(record: JournalRecord): Generator<JournalEntry> {
  switch (record.line) {
    case 'base': {
      const { sha256, ids, heldOut, nextId } = record.base
      yield { line: 'base', version: 1, sha256, ids: toRanges(ids), heldOut: toRanges(heldOut), nextId } satisfies Line
      return
    }
    case 'settled':
    case 'undo':
    case 'redo':
      yield { line: record.line } satisfies Line
      return
    case 'step':
      yield* printStep(record.step, { line: 'step', merges: record.merges })
      return
    case 'past':
    case 'future':
      yield* printStep(record.step, { line: record.line })
  }
}

/**
 * What the lines of a journal say, in order.
 * @throws ZodError, RangeError where a line is none of ours
 */
export async function parseRecords(entries: readonly unknown[]): Promise<JournalRecord[]> {
  const records: JournalRecord[] = []
  const pause = createPauses()
  let items: Item[] = []
  for (const entry of entries) {
    await pause()
    const line = lineSchema.parse(entry)
    if (line.line === 'items') {
      for (const each of line.items) items.push(each)
      continue
    }
    records.push(parseLine(line, items))
    items = []
  }
  return records
}

function* printStep(
  { kind, rows, changes }: Step,
  head: { line: 'step'; merges: boolean } | { line: 'past' | 'future' },
): Generator<JournalEntry> {
  let count = 0
  let items: Item[] = []
  for (const change of changes)
    for (const each of itemsOf(change)) {
      if (items.length === ITEMS_PER_LINE) {
        yield { line: 'items', items } satisfies Line
        items = []
      }
      items.push(each)
      count++
    }
  yield { ...head, kind, rows, changes: changes.map(printChange), count, items } satisfies Line
}

function isItem(value: unknown): value is Item {
  if (!Array.isArray(value)) return false
  const [id, second, third, fourth, fifth] = value as unknown[]
  if (!Number.isSafeInteger(id) || (id as number) < 0 || typeof third !== 'string' || typeof fourth !== 'string') return false
  if (value.length === 4) return FIELDS.some((name) => name === second)
  return value.length === 5 && typeof second === 'string' && typeof fifth === 'boolean'
}

function* itemsOf(change: RowChange): Generator<Item> {
  if (change.kind === 'texts') yield* change.cells
  else if (change.kind === 'insert' || change.kind === 'delete')
    for (const { id, instruct, input, label, heldOut } of change.rows) yield [id, instruct, input, label, heldOut]
}

function printChange(change: RowChange): PrintedChange {
  switch (change.kind) {
    case 'texts':
      return { kind: 'texts', count: change.cells.length }
    case 'exchange':
    case 'hold':
      return { ...change, ids: toRanges(change.ids) }
    case 'insert':
    case 'delete':
      return { kind: change.kind, runs: change.runs }
    case 'gather':
    case 'scatter':
      return change
  }
}

function parseLine(line: Exclude<Line, { line: 'items' }>, before: readonly Item[]): JournalRecord {
  switch (line.line) {
    case 'base':
      return {
        line: 'base',
        base: { sha256: line.sha256, ids: fromRanges(line.ids), heldOut: fromRanges(line.heldOut), nextId: line.nextId },
      }
    case 'settled':
    case 'undo':
    case 'redo':
      return { line: line.line }
    case 'step':
    case 'past':
    case 'future': {
      // An edit that could not be written whole leaves items that belong to nothing, in front of those of the next.
      const items = [...before, ...line.items]
      const own = items.slice(items.length - line.count)
      if (own.length !== line.count) throw new RangeError('a step without its items')
      const step = newStep(line.kind, line.rows, parseChanges(line.changes, own))
      return line.line === 'step' ? { line: 'step', step, merges: line.merges } : { line: line.line, step }
    }
  }
}

function parseChanges(changes: readonly PrintedChange[], items: readonly Item[]): RowChange[] {
  let taken = 0
  const take = (count: number): readonly Item[] => items.slice(taken, (taken += count))
  return changes.map((change): RowChange => {
    switch (change.kind) {
      case 'texts':
        return { kind: 'texts', cells: take(change.count).map(cellOf) }
      case 'exchange':
      case 'hold':
        return { ...change, ids: fromRanges(change.ids) }
      case 'insert':
      case 'delete':
        return { ...change, rows: take(countOf(change.runs)).map(rowOf) }
      case 'gather':
      case 'scatter':
        return change
    }
  })
}

function cellOf(of: Item): CellChange {
  if (of.length !== 4) throw new RangeError('a row where a cell belongs')
  return of
}

function rowOf(of: Item | undefined): ProjectRow {
  if (of?.length !== 5) throw new RangeError('a cell where a row belongs')
  const [id, instruct, input, label, heldOut] = of
  return { id, instruct, input, label, heldOut }
}
