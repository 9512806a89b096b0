import { z } from 'zod'
import { call, event } from '../define.ts'
import type { ErrorCode, ErrorParameters } from '../error.ts'
import { FIELDS, type Field } from '../field.ts'
import { FINDINGS, type FindingKind } from '../finding.ts'
import type { Row } from '../row.ts'
import { project } from './projects.ts'

export { FIELDS, FINDINGS, type Field, type FindingKind }

/** Stays a row's own for as long as its project exists, wherever the row goes. */
export type RowId = number

export interface ProjectRow extends Row {
  id: RowId
  /** Kept out of the training, for the test. */
  heldOut: boolean
}

const finding = z.enum(FINDINGS)

const id = z.int().nonnegative()
const ids = z.array(id)
const field = z.enum(FIELDS)
const row = z.strictObject({ instruct: z.string(), input: z.string(), label: z.string() })

/** Which rows are looked at: all, or those that a text stands in, that have a finding, that are held out. The order is the project's. */
export const viewSchema = z.strictObject({
  text: z.string().default(''),
  matchCase: z.boolean().default(false),
  heldOut: z.boolean().nullable().default(null),
  /** Only rows with such a finding. */
  finding: finding.nullable().default(null),
})
export type RowView = z.input<typeof viewSchema>

export const replacementSchema = z.strictObject({
  find: z.string().min(1),
  replacement: z.string(),
  fields: z.array(field),
  matchCase: z.boolean(),
  /** Whether `find` is a regular expression of JavaScript's, with the flag u. */
  isPattern: z.boolean(),
  /** Only these rows; null: all. */
  ids: ids.nullable(),
})
export type Replacement = z.output<typeof replacementSchema>

/** A change of the rows, of which each can be taken back by its name. */
export const editSchema = z.discriminatedUnion('kind', [
  /** A cell's new text. */
  z.strictObject({ kind: z.literal('set'), id, field, text: z.string() }),
  /** New rows from position `at` on (0 … number of rows). */
  z.strictObject({ kind: z.literal('insert'), at: id, rows: z.array(row).min(1) }),
  /** Texts into cells from a position on, as a spreadsheet's block; rows beyond the last are added. */
  z.strictObject({ kind: z.literal('paste'), id: id.nullable(), field, block: z.array(z.array(z.string())).min(1) }),
  z.strictObject({ kind: z.literal('duplicate'), ids }),
  z.strictObject({ kind: z.literal('delete'), ids }),
  /** Puts rows, in the project's order, before another one; null: at the end. */
  z.strictObject({ kind: z.literal('move'), ids, before: id.nullable() }),
  /** Exchanges two columns' texts in rows; null: in all. */
  z.strictObject({ kind: z.literal('exchange'), ids: ids.nullable(), from: field, to: field }),
  z.strictObject({ kind: z.literal('replace'), ...replacementSchema.shape }),
  z.strictObject({ kind: z.literal('hold'), ids, heldOut: z.boolean() }),
  /** Holds out so large a share of all rows, drawn by the seed, with the same instruction and input never on both sides. 0: none. */
  z.strictObject({ kind: z.literal('split'), share: z.number().min(0).lt(1), seed: z.int().nonnegative() }),
  /** The fix of a finding, for all rows that have it or for some. */
  z.strictObject({ kind: z.literal('fix'), finding, ids: ids.nullable() }),
])
export type Edit = z.output<typeof editSchema>

/** A step of the history by name: the kind of edit, and how many rows it touched. */
export interface HistoryStep {
  kind: Edit['kind'] | 'import'
  rows: number
}

/** The rows as a whole, after whatever changed them last. */
export interface RowsState {
  project: string
  /** Grows with every change. A page that was read at an older version may be out of date. */
  version: number
  count: number
  heldOutCount: number
  undo: HistoryStep | null
  redo: HistoryStep | null
  /** Whether every edit is on the disk. */
  isSaved: boolean
  /** What a person should know about the files of this project, from the error book: lines that were no rows, a file changed outside. */
  notices: RowsNotice[]
}

export interface RowsNotice {
  code: ErrorCode
  parameters: ErrorParameters
}

export interface RowPage {
  version: number
  /** How many rows the view has. */
  count: number
  /** Position of the first row of the page within the view. */
  start: number
  rows: (ProjectRow & { /** Position within the project, from 0. */ position: number; findings: FindingKind[] })[]
  /** Whether all findings of these rows are known. Where not, `rows.examined` tells when they are. */
  isExamined: boolean
}

/** Rows with something odd about them. */
export interface Finding {
  kind: FindingKind
  /** How many rows have it; the first few of them. */
  count: number
  ids: RowId[]
  /** Whether the edit `fix` can mend it, in at least one of the rows. */
  canFix: boolean
  /** In how many. */
  fixable: number
}

/** What a replacement finds in a text, from `start` up to `end`, and the text that it puts there. */
export interface TextChange {
  start: number
  end: number
  text: string
}

/** What a replacement would do. */
export interface ReplacementPreview {
  cells: number
  rows: number
  /** The first few cells, each with the first of its changes, and how many it has. */
  examples: { id: RowId; field: Field; before: string; changes: TextChange[]; changeCount: number }[]
}

export const rows = {
  calls: {
    'rows.state': call<RowsState>()(z.strictObject({ project })),
    'rows.page': call<RowPage>()(
      z.strictObject({ project, view: viewSchema, start: z.int().nonnegative(), end: z.int().nonnegative() }),
    ),
    /** Positions within the view of rows, ascending: for going to the next finding or the row that was just added. */
    'rows.locate': call<number[]>()(z.strictObject({ project, view: viewSchema, ids })),
    /** Ids of the rows of a view between two positions, for selecting many. */
    'rows.ids': call<RowId[]>()(
      z.strictObject({ project, view: viewSchema, start: z.int().nonnegative(), end: z.int().nonnegative() }),
    ),
    /** @returns the state after it, and the ids of the rows that it touched or made */
    'rows.edit': call<{ state: RowsState; ids: RowId[] }>()(z.strictObject({ project, edit: editSchema })),
    'rows.undo': call<{ state: RowsState; ids: RowId[] }>()(z.strictObject({ project })),
    'rows.redo': call<{ state: RowsState; ids: RowId[] }>()(z.strictObject({ project })),
    'rows.findings': call<{ version: number; findings: Finding[] }>()(z.strictObject({ project })),
    'rows.previewReplacement': call<ReplacementPreview>()(z.strictObject({ project, ...replacementSchema.shape })),
  },
  events: {
    'rows.changed': event<RowsState>(),
    /** All rows of this version have been looked at, after a page was given whose findings were not known yet. */
    'rows.examined': event<{ project: string; version: number }>(),
  },
}
