import type { JsonKind, RowFault } from '../../contract/rowFault.ts'

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
