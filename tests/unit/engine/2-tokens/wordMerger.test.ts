import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createMergeTable } from '../../../../src-main/engine/2-tokens/mergeTable.ts'
import { createWordMerger } from '../../../../src-main/engine/2-tokens/wordMerger.ts'

type Merge = readonly [left: number, right: number, merged: number]

/** The algorithm as its paper has it: over the whole word for each merge. */
function mergeNaively(merges: readonly Merge[], word: readonly number[]): number[] {
  const tokens = [...word]
  for (;;) {
    const ranks = tokens.map((token, at) => merges.findLastIndex(([left, right]) => left === token && right === tokens[at + 1]))
    const lowest = Math.min(...ranks.filter((rank) => rank >= 0))
    const at = ranks.indexOf(lowest)
    const merge = merges[lowest]
    if (at < 0 || !merge) return tokens
    tokens.splice(at, 2, merge[2])
  }
}

it('merges as the paper does, whatever the merges and the word', () => {
  // Tokens 0 to 3 are bytes; each merge makes a token of its own of two that are there.
  const merges = fc
    .array(fc.tuple(fc.nat(), fc.nat()), { maxLength: 12 })
    .map((pairs) => pairs.map(([left, right], i): Merge => [left % (4 + i), right % (4 + i), 4 + i]))
  fc.assert(
    fc.property(merges, fc.array(fc.nat(3), { maxLength: 40 }), (list, word) => {
      expect(createWordMerger(createMergeTable(list))(word)).toEqual(mergeNaively(list, word))
    }),
    { numRuns: 2000 },
  )
})

it('takes a word of a quarter of a million bytes in its stride, and a short one after it', () => {
  const merge = createWordMerger(createMergeTable([0, 1, 2, 3].map((token) => [token, token, token + 1] as const)))
  expect(merge(new Uint8Array(2 ** 18))).toEqual(Array<number>(2 ** 14).fill(4))
  expect(merge([0, 0, 0])).toEqual([1, 0])
  expect(merge([])).toEqual([])
})
