import { IGNORE_INDEX, type TokenisedRow } from '../../src-main/engine/2-tokens/tokenisedRow.ts'

/** A row whose first `given` tokens are not learned. */
export function tokenisedRow(row: number, ids: number[], given: number): TokenisedRow {
  return {
    row,
    ids,
    labels: ids.map((id, index) => (index < given ? IGNORE_INDEX : id)),
    reasons: ids.map((_, index) => (index < given ? 'given' : 'learned')),
    cutOff: [],
    warnings: [],
  }
}

/** `count` rows of different lengths and masks, with ids below 12. */
export function tokenisedRows(count: number): TokenisedRow[] {
  return Array.from({ length: count }, (_, row) => {
    const length = 4 + (row % 3)
    return tokenisedRow(
      row,
      Array.from({ length }, (_, position) => (row * 5 + position * 3 + 1) % 12),
      1 + (row % 2),
    )
  })
}
