import type { Row } from '../contract/row.ts'
import type { RunDescription } from '../engine/7-record/runDescription.ts'
import type { NumberedRow } from './dataset.ts'

/** The rows of a run, each with where it stood in what they were taken from; in an older run, where it stands in its list. */
export function numberedRows({ rows, heldOutRows, rowIndices }: RunDescription): {
  rows: NumberedRow[]
  heldOutRows: NumberedRow[]
} {
  const numbered = (list: readonly Row[], indices: readonly number[] = []): NumberedRow[] =>
    list.map((row, at) => ({ row, index: indices[at] ?? at }))
  return { rows: numbered(rows, rowIndices?.rows), heldOutRows: numbered(heldOutRows, rowIndices?.heldOutRows) }
}
