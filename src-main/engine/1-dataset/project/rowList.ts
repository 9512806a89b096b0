import type { ProjectRow, RowId } from '../../../contract/areas/rows.ts'

/**
 * A project's rows at one moment. Neither the list nor a row in it ever changes: an edit makes another list, which shares the rows that it did
 * not touch. So whoever looks at one (a filter, a save) may take its time.
 */
export interface RowList {
  readonly rows: readonly ProjectRow[]
  /** @returns its position from 0, or -1 where there is no such row */
  positionOf(id: RowId): number
}

export function rowList(rows: readonly ProjectRow[]): RowList {
  let positions: Int32Array | undefined
  return {
    rows,
    positionOf(id) {
      positions ??= indexPositions(rows)
      return positions[id] ?? -1
    },
  }
}

/** The same rows in the same order, some of them with other content. */
export const withSameOrder = (list: RowList, rows: readonly ProjectRow[]): RowList => ({
  rows,
  positionOf: (id) => list.positionOf(id),
})

/** Ids are given out one after another, so an array that is as long as the highest of them is small. */
function indexPositions(rows: readonly ProjectRow[]): Int32Array {
  let highest = -1
  for (const { id } of rows) if (id > highest) highest = id
  const positions = new Int32Array(highest + 1).fill(-1)
  rows.forEach(({ id }, position) => {
    positions[id] = position
  })
  return positions
}
