import type { ConversationCount, ImportProblem, Mapping, Source } from '../../../contract/areas/imports.ts'
import { FIELDS } from '../../../contract/areas/rows.ts'
import type { Row } from '../../../contract/row.ts'
import type { FieldName, RowFault } from '../../../contract/rowFault.ts'
import { jsonKind } from '../rowProblem.ts'
import type { Table, TableRecord } from '../tables/table.ts'
import { conversationRows } from './conversationRows.ts'
import { readMessages } from './readMessages.ts'
import { hasContent } from './recogniseShape.ts'

/** A row of a table's, and where its record stands. */
export interface MappedRow {
  row: Row
  line: number
  /** Of its record, from 0. */
  index: number
}

export interface MappedTable {
  rows: MappedRow[]
  problems: (ImportProblem & { index: number })[]
  /** Records of which no row was made. */
  leftOut: number
  /** Columns with content that no field takes, and in how many records. */
  unused: { column: number; name: string; records: number }[]
  conversations: ConversationCount | null
}

/** With the u flag a pair is one character, so only halves match. */
const LONE_SURROGATE = /\p{Surrogate}/u

/** Makes rows of a table's records. What cannot be one is a problem; nothing is left out without being counted. */
export function mapRecords(table: Table, mapping: Mapping): MappedTable {
  const mapped: MappedTable = { rows: [], problems: [], leftOut: 0, unused: unusedColumns(table, mapping), conversations: null }
  if (mapping.kind === 'conversation')
    mapped.conversations = { conversations: 0, withSeveralAnswers: 0, answersNotUsed: 0, questionsWithoutAnswer: 0 }
  table.records.forEach((record, index) => {
    const { rows, faults } = readRecord(record, table, mapping, mapped.conversations)
    const sound = faults.length === 0 ? rows : []
    for (const row of sound) mapped.rows.push({ row, line: record.line, index })
    if (sound.length === 0) mapped.leftOut++
    for (const fault of faults) mapped.problems.push({ fault, line: record.line, index, isLeftOut: true })
    // The answer may be written later. Where no column is the answer that is no news about a row.
    const wantsAnswer = mapping.kind === 'conversation' || mapping.label.kind !== 'nothing'
    if (wantsAnswer && sound.some(({ label }) => label.trim() === ''))
      mapped.problems.push({ fault: { kind: 'empty-field', field: 'label' }, line: record.line, index, isLeftOut: false })
  })
  return mapped
}

function readRecord(
  record: TableRecord,
  table: Table,
  mapping: Mapping,
  count: ConversationCount | null,
): { rows: Row[]; faults: RowFault[] } {
  if (record.fault) return { rows: [], faults: [record.fault] }
  if (mapping.kind === 'columns') return columnsRow(record, table, mapping)
  const { values } = record
  const given: { role: string; content: unknown }[] = []
  if (mapping.system !== null && hasContent(values[mapping.system]))
    given.push({ role: 'system', content: values[mapping.system] })
  const read = [given, ...mapping.columns.map((column) => values[column])].map(readMessages)
  const faults = read.flatMap((each) => ('fault' in each ? [each.fault] : []))
  if (faults.length > 0) return { rows: [], faults }
  const messages = read.flatMap((each) => ('messages' in each ? each.messages : []))
  const { rows, answers, answersNotUsed, endsUnanswered } = conversationRows(messages, mapping.turns)
  if (count) {
    count.conversations++
    if (answers > 1) count.withSeveralAnswers++
    count.answersNotUsed += answersNotUsed
    if (endsUnanswered) count.questionsWithoutAnswer++
  }
  if (rows.length === 0) return { rows, faults: [{ kind: 'no-answer' }] }
  const textFaults = rows.flatMap((row) => FIELDS.flatMap((field) => textFault(row[field], field, table) ?? []))
  return { rows, faults: textFaults.slice(0, 1) }
}

function columnsRow(
  { values }: TableRecord,
  table: Table,
  mapping: Extract<Mapping, { kind: 'columns' }>,
): { rows: Row[]; faults: RowFault[] } {
  const row: Row = { instruct: '', input: '', label: '' }
  const faults: RowFault[] = []
  let isThere = false
  for (const field of FIELDS) {
    const value = valueOf(mapping[field], values)
    if (value === undefined || value === null) continue
    isThere ||= mapping[field].kind === 'column'
    const text = textOf(value)
    const fault = text === null ? { kind: 'not-text' as const, field, found: jsonKind(value) } : textFault(text, field, table)
    if (fault) faults.push(fault)
    else row[field] = text ?? ''
  }
  if (!isThere) faults.push({ kind: 'missing-field', field: 'label' })
  return { rows: [row], faults }
}

const valueOf = (source: Source, values: readonly unknown[]): unknown =>
  source.kind === 'column' ? values[source.column] : source.kind === 'text' ? source.text : undefined

/** Numbers, and true and false, as they are written; null for what is no text. A whole number beyond 2⁵³ has lost digits already. */
function textOf(value: unknown): string | null {
  if (typeof value === 'string') return value
  if (typeof value === 'boolean') return String(value)
  if (typeof value !== 'number' || !Number.isFinite(value)) return null
  return Number.isInteger(value) && !Number.isSafeInteger(value) ? null : String(value)
}

function textFault(text: string, field: FieldName, { isDamaged, encoding, kind }: Table): RowFault | null {
  if (LONE_SURROGATE.test(text)) return { kind: 'broken-character', field }
  if (isDamaged && encoding !== null && text.includes('\uFFFD')) return { kind: 'unreadable-character', field }
  return kind === 'delimited' && text.includes('\0') ? { kind: 'nul-character', field } : null
}

function unusedColumns({ columns, records }: Table, mapping: Mapping): MappedTable['unused'] {
  const taken = new Set(
    mapping.kind === 'conversation'
      ? [...mapping.columns, ...(mapping.system === null ? [] : [mapping.system])]
      : FIELDS.flatMap((field) => (mapping[field].kind === 'column' ? [mapping[field].column] : [])),
  )
  const counts = new Map<number, number>()
  for (const { values } of records)
    values.forEach((value, column) => {
      if (!taken.has(column) && hasContent(value)) counts.set(column, (counts.get(column) ?? 0) + 1)
    })
  return [...counts]
    .sort(([a], [b]) => a - b)
    .map(([column, filled]) => ({ column, name: columns[column] ?? '', records: filled }))
}
