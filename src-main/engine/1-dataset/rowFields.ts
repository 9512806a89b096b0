import type { Row } from '../../contract/row.ts'
import type { FieldName, RowFault } from '../../contract/rowFault.ts'
import { jsonKind } from './rowProblem.ts'

/** A row's fields, each with its other names; where a row has several of them, the first counts. */
export const FIELD_NAMES: Record<FieldName, readonly string[]> = {
  instruct: ['instruct', 'instruction', 'question', 'prompt'],
  input: ['input'],
  label: ['label', 'output', 'answer', 'response', 'completion'],
}
/** With the u flag a pair is one character, so only halves match. */
const LONE_SURROGATE = /\p{Surrogate}/u
const FIELDS = ['instruct', 'input', 'label'] as const satisfies readonly FieldName[]

export interface RowReading {
  row: Row
  faults: RowFault[]
  /** The name that each field had. */
  names: Partial<Record<FieldName, string>>
  /** Fields that no row has a use for. */
  unused: string[]
}

/** Reads a row's fields. A field that is null counts as absent; only `input` may be. */
export function rowFields(value: unknown): RowReading {
  const row: Row = { instruct: '', input: '', label: '' }
  const faults: RowFault[] = []
  const names: RowReading['names'] = {}
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return { row, faults: [{ kind: 'not-an-object', found: jsonKind(value) }], names, unused: [] }
  const found = new Map<string, unknown>(Object.entries(value))
  for (const field of FIELDS) {
    const name = FIELD_NAMES[field].find((each) => (found.get(each) ?? null) !== null)
    if (name === undefined) {
      if (field !== 'input') faults.push({ kind: 'missing-field', field })
      continue
    }
    const text = found.get(name)
    names[field] = name
    if (typeof text !== 'string') faults.push({ kind: 'not-text', field, found: jsonKind(text) })
    else if (LONE_SURROGATE.test(text)) faults.push({ kind: 'broken-character', field })
    else if (field === 'label' && text.trim() === '') faults.push({ kind: 'empty-field', field })
    else row[field] = text
  }
  const used = new Set(Object.values(names))
  const unused = [...found].flatMap(([name, content]) => (used.has(name) || isAbsentField(name, content) ? [] : [name]))
  return { row, faults, names, unused }
}

/** A null under a name that the row might have used holds nothing that could be lost. */
const isAbsentField = (name: string, content: unknown): boolean =>
  content === null && FIELDS.some((field) => FIELD_NAMES[field].includes(name))
