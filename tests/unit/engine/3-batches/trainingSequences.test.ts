import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { trainingSequences } from '../../../../src-main/engine/3-batches/trainingSequences.ts'

const lengthsAndLimit = fc
  .integer({ min: 2, max: 40 })
  .chain((max_length) => fc.tuple(fc.array(fc.integer({ min: 0, max: max_length }), { maxLength: 60 }), fc.constant(max_length)))
const tokensOf = (sequence: readonly number[], lengths: readonly number[]): number =>
  sequence.reduce((sum, row) => sum + (lengths[row] ?? NaN), 0)

describe('trainingSequences', () => {
  it('are the rows themselves, in their order, without packing', () => {
    expect(trainingSequences([3, 0, 9], { packing: false, max_length: 4 })).toEqual([[0], [1], [2]])
  })

  it('put each row, the longest first, where the least room is left', () => {
    expect(trainingSequences([3, 6, 2, 8, 1, 4], { packing: true, max_length: 10 })).toEqual([
      [3, 2],
      [1, 5],
      [0, 4],
    ])
  })

  it('have every row with tokens once, and never more tokens than max_length', () => {
    fc.assert(
      fc.property(lengthsAndLimit, ([lengths, max_length]) => {
        const sequences = trainingSequences(lengths, { packing: true, max_length })
        expect(sequences.flat().sort((a, b) => a - b)).toEqual(lengths.flatMap((length, row) => (length > 0 ? [row] : [])))
        for (const sequence of sequences) {
          expect(sequence.length).toBeGreaterThan(0)
          expect(tokensOf(sequence, lengths)).toBeLessThanOrEqual(max_length)
        }
        // At most one is half empty: two of them would have been one.
        expect(sequences.filter((sequence) => tokensOf(sequence, lengths) * 2 <= max_length).length).toBeLessThanOrEqual(1)
      }),
    )
  })
})
