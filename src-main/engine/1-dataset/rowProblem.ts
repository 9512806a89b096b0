import type { Row } from './row.ts'

export type FieldName = keyof Row
export type JsonKind = 'object' | 'array' | 'text' | 'number' | 'true or false' | 'null'

/** Why a row was left out. */
export type RowFault =
  | { kind: 'broken-json'; detail: string }
  | { kind: 'row-too-long'; characters: number; limit: number }
  | { kind: 'not-an-object'; found: JsonKind }
  | { kind: 'missing-field'; field: FieldName }
  | { kind: 'not-text'; field: FieldName; found: JsonKind }
  /** The answer has no characters but whitespace: nothing to learn. */
  | { kind: 'empty-field'; field: FieldName }
  /** Half of a UTF-16 pair, as `"\ud83d"` without its other half: it cannot be written as UTF-8. */
  | { kind: 'broken-character'; field: FieldName }
  /** The same key twice in one object: JSON readers disagree on which counts. */
  | { kind: 'duplicate-key'; key: string }

export type RowProblem = RowFault & {
  /** Index of the row among the file's rows, good and bad, from 0. */
  index: number
  /** The line that the row begins in, from 1. */
  line: number
}

export function jsonKind(value: unknown): JsonKind {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  switch (typeof value) {
    case 'string':
      return 'text'
    case 'number':
      return 'number'
    case 'boolean':
      return 'true or false'
    default:
      return 'object'
  }
}
