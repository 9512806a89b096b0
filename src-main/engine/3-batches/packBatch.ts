import { IGNORE_INDEX, type TokenisedRow } from '../2-tokens/tokenisedRow.ts'
import type { Batch } from './batch.ts'

/** Lays rows end to end, without padding. Position t learns to predict the token at t + 1 where that one's label is learned. */
export function packBatch(rows: readonly TokenisedRow[]): Batch {
  const tokenCount = rows.reduce((sum, { ids }) => sum + ids.length, 0)
  const inputIds = new Int32Array(tokenCount)
  const positions = new Int32Array(tokenCount)
  const rowStarts = new Int32Array(rows.length + 1)
  const supervised: number[] = []
  const targets: number[] = []
  let start = 0
  rows.forEach(({ ids, labels }, index) => {
    inputIds.set(ids, start)
    labels.forEach((label, position) => {
      positions[start + position] = position
      if (position === 0 || label === IGNORE_INDEX) return
      supervised.push(start + position - 1)
      targets.push(label)
    })
    start += ids.length
    rowStarts[index + 1] = start
  })
  return {
    rows: rows.map(({ row }) => row),
    inputIds,
    positions,
    rowStarts,
    supervised: Int32Array.from(supervised),
    targets: Int32Array.from(targets),
  }
}
