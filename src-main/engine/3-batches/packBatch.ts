import { IGNORE_INDEX, type TokenisedRow } from '../2-tokens/tokenisedRow.ts'
import type { Batch } from './batch.ts'

/** Sharing a smaller part of the tokens saves no more than it costs to look their keys and values up in every layer. */
const LEAST_SHARE = 1 / 16

/**
 * Lays rows end to end, without padding. Position t learns to predict the token at t + 1 where that one's label is learned.
 * @param shareBeginnings whether a beginning that several rows have is laid once; false where equal tokens must not be equal states (dropout)
 */
export function packBatch(rows: readonly TokenisedRow[], { shareBeginnings = true } = {}): Batch {
  const batch = layRows(rows, shareBeginnings)
  const tokens = rows.reduce((sum, { ids }) => sum + ids.length, 0)
  const shared = tokens - batch.inputIds.length
  return shared === 0 || shared >= LEAST_SHARE * tokens ? batch : layRows(rows, false)
}

function layRows(rows: readonly TokenisedRow[], shareBeginnings: boolean): Batch {
  const inputIds: number[] = []
  const positions: number[] = []
  const rowStarts = [0]
  const rowLengths: number[] = []
  const rowTokens: number[] = []
  const supervised: number[] = []
  const targets: number[] = []
  /** The tree of beginnings: `token id` → which token with that id is laid behind that token. */
  const laid = new Map<string, number>()

  for (const { ids, labels } of rows) {
    const tokens: number[] = []
    ids.forEach((id, position) => {
      const before = tokens[position - 1] ?? -1
      const label = labels[position] ?? IGNORE_INDEX
      if (position > 0 && label !== IGNORE_INDEX) {
        supervised.push(before)
        targets.push(label)
      }
      const known = shareBeginnings ? laid.get(`${before} ${id}`) : undefined
      tokens.push(known ?? inputIds.length)
      if (known !== undefined) return
      laid.set(`${before} ${id}`, inputIds.length)
      inputIds.push(id)
      positions.push(position)
    })
    if (inputIds.length === rowStarts.at(-1)) continue
    rowStarts.push(inputIds.length)
    rowLengths.push(ids.length)
    for (const token of tokens) rowTokens.push(token)
  }
  return {
    rows: rows.map(({ row }) => row),
    inputIds: Int32Array.from(inputIds),
    positions: Int32Array.from(positions),
    rowStarts: Int32Array.from(rowStarts),
    rowLengths: Int32Array.from(rowLengths),
    rowTokens: rowTokens.length > inputIds.length ? Int32Array.from(rowTokens) : null,
    supervised: Int32Array.from(supervised),
    targets: Int32Array.from(targets),
  }
}
