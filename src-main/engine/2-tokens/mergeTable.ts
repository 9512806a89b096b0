import type { TokenId } from './tokenisedRow.ts'

/** Which pairs of tokens become one, and which of them first. */
export interface MergeTable {
  /** Where a pair stands; -1 where it never becomes one. */
  find(left: TokenId, right: TokenId): number
  /** Of a pair that stands there: a lower rank merges first. */
  rank(at: number): number
  /** The token that it becomes. */
  merged(at: number): TokenId
}

/** Of a slot: left, right, rank, merged. Four numbers lie in one line of the processor's cache, which a `Map` of pairs does not give. */
const SLOT = 4
const EMPTY = -1

/** @param merges [left, right, merged] in the order of their ranks; of equal pairs the last one counts, as in the Rust library */
export function createMergeTable(merges: readonly (readonly [TokenId, TokenId, TokenId])[]): MergeTable {
  const bits = Math.max(4, Math.ceil(Math.log2(1.5 * merges.length + 1)))
  const shift = 32 - bits
  const mask = (1 << bits) - 1
  const table = new Int32Array(SLOT << bits).fill(EMPTY)

  /** The slot that a pair has, or would have. */
  const slotOf = (left: TokenId, right: TokenId): number => {
    let slot = Math.imul(Math.imul(left, 0x9e3779b1) ^ right, 0x85ebca6b) >>> shift
    for (;;) {
      const at = slot * SLOT
      if (table[at] === EMPTY || (table[at] === left && table[at + 1] === right)) return at
      slot = (slot + 1) & mask
    }
  }
  for (const [rank, [left, right, merged]] of merges.entries()) table.set([left, right, rank, merged], slotOf(left, right))

  return {
    find(left, right) {
      const at = slotOf(left, right)
      return table[at] === EMPTY ? -1 : at
    },
    rank: (at) => table[at + 2] ?? EMPTY,
    merged: (at) => table[at + 3] ?? EMPTY,
  }
}
