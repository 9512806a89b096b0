import type { ImportColumn, Mapping, Shape, Source } from '../../../contract/areas/imports.ts'
import { CONVERSATION_COLUMNS, plainName, roleOfColumn, SYSTEM_COLUMNS } from './columnNames.ts'
import { isMessageList } from './readMessages.ts'
import type { Table } from '../tables/table.ts'

/** So many records are looked at to see what a column holds. */
const LOOKED_AT = 50

/** The columns of a table, and what stands in them. */
export function describeColumns({ columns, records }: Table): ImportColumn[] {
  const filled = new Array<number>(columns.length).fill(0)
  for (const { values } of records)
    for (let column = 0; column < columns.length; column++)
      if (hasContent(values[column])) filled[column] = (filled[column] ?? 0) + 1
  const beginning = records.slice(0, LOOKED_AT)
  return columns.map((name, column) => {
    const values = beginning.map(({ values: all }) => all[column]).filter(hasContent)
    return { name, filled: filled[column] ?? 0, holds: contentOf(values) }
  })
}

export const hasContent = (value: unknown): boolean =>
  value !== undefined && value !== null && (typeof value !== 'string' || value.trim() !== '')

function contentOf(values: readonly unknown[]): ImportColumn['holds'] {
  if (values.length > 0 && values.every(isMessageList)) return 'messages'
  // A few values that are no text are problems of their rows.
  const nested = values.filter((value) => typeof value === 'object').length
  return nested * 2 > values.length ? 'other' : 'text'
}

export interface Recognised {
  shape: Shape
  mapping: Mapping
  /** Whether names say what is asked and what is answered. Else the mapping is a guess from the columns' order. */
  isCertain: boolean
}

/** Which of the known arrangements a table has, and how it becomes rows. Names count first; where they say nothing, the columns' order. */
export function recogniseShape(table: Table, columns: readonly ImportColumn[]): Recognised {
  return recogniseConversation(table, columns) ?? recogniseColumns(columns)
}

function recogniseConversation({ records }: Table, columns: readonly ImportColumn[]): Recognised | null {
  const at = (names: readonly string[]): number | null => {
    const found = columns.findIndex(({ name, holds }) => holds === 'messages' && names.includes(plainName(name)))
    return found < 0 ? null : found
  }
  const prompt = at(['prompt'])
  const [chosen, completion] = [at(['chosen']), at(['completion'])]
  const known = at(CONVERSATION_COLUMNS)
  const other = columns.findIndex(({ holds }) => holds === 'messages')
  const system = columns.findIndex(({ name, holds }) => holds === 'text' && SYSTEM_COLUMNS.includes(plainName(name)))
  const conversation = (shape: Shape, ...parts: (number | null)[]): Recognised => ({
    shape,
    isCertain: true,
    mapping: {
      kind: 'conversation',
      columns: parts.filter((part) => part !== null),
      system: system < 0 ? null : system,
      turns: 'each-with-history',
    },
  })
  if (known !== null) return conversation(usesFrom(records, known) ? 'sharegpt' : 'messages', known)
  if (chosen !== null) return conversation('preference', prompt, chosen)
  if (prompt !== null && completion !== null) return conversation('prompt-completion', prompt, completion)
  return other < 0 ? null : conversation(usesFrom(records, other) ? 'sharegpt' : 'messages', other)
}

/** ShareGPT calls the speaker `from`, OpenAI `role`. */
function usesFrom(records: Table['records'], column: number): boolean {
  const value = records.map(({ values }) => values[column]).find(hasContent)
  if (typeof value === 'string') return value.includes('"from"')
  const first: unknown = Array.isArray(value) ? value[0] : null
  return typeof first === 'object' && first !== null && Object.hasOwn(first, 'from')
}

function recogniseColumns(columns: readonly ImportColumn[]): Recognised {
  const names = columns.map(({ name }) => plainName(name))
  const has = (...wanted: string[]): boolean => wanted.every((name) => names.includes(name))
  const free = new Set(columns.flatMap(({ holds }, column) => (holds === 'text' ? [column] : [])))
  const take = (column: number | undefined): number | null => {
    if (column === undefined || column < 0) return null
    free.delete(column)
    return column
  }
  const ofRole = (role: ReturnType<typeof roleOfColumn>): number =>
    columns.findIndex(({ name }, column) => free.has(column) && roleOfColumn(name) === role)

  const isPreference = has('prompt', 'chosen')
  const given = take(ofRole('instruct'))
  const question = take(ofRole('question'))
  const context = take(ofRole('input'))
  const named = take(isPreference ? names.indexOf('chosen') : ofRole('label'))
  // What no name tells, the order does: what is asked comes first, the answer last.
  const left = [...free]
  const label = named ?? take(given === null && question === null && left.length > 3 ? left[1] : left.at(-1))
  const instruct = given ?? question ?? take(named === null ? firstOf(free) : undefined)
  const isUnnamed = given === null && question === null && context === null && named === null
  const input = context ?? (given === null ? null : question) ?? take(isUnnamed && left.length === 3 ? firstOf(free) : undefined)

  const shape = ((): Shape => {
    if (has('instruct', 'label')) return 'tunedesk'
    if (isPreference) return 'preference'
    if (given !== null && named !== null && question === null) return 'alpaca'
    if (has('prompt', 'completion')) return 'prompt-completion'
    return question !== null && named !== null && given === null ? 'question-answer' : 'table'
  })()
  return {
    shape,
    mapping: { kind: 'columns', instruct: source(instruct), input: source(input), label: source(label) },
    isCertain: named !== null && (given ?? question ?? context) !== null,
  }
}

const firstOf = ([first]: Iterable<number>): number | undefined => first

const source = (column: number | null): Source => (column === null ? { kind: 'nothing' } : { kind: 'column', column })
