import type { ProjectRow, RowId } from '../../contract/areas/rows.ts'
import type { RowList } from '../../engine/1-dataset/project/rowList.ts'

/** Rows in the project's order, each once; those that are not there any more are left out. */
export function rowsOf(list: RowList, ids: readonly RowId[] | null): readonly ProjectRow[] {
  if (ids === null) return list.rows
  return positionsOf(list, ids).flatMap((position) => list.rows[position] ?? [])
}

/** Positions of rows, ascending, each once. */
export function positionsOf(list: RowList, ids: readonly RowId[]): number[] {
  const positions = Int32Array.from(new Set(ids), (id) => list.positionOf(id)).sort()
  const first = positions.findIndex((position) => position >= 0)
  return first < 0 ? [] : [...positions.subarray(first)]
}
