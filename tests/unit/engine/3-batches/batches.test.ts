import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { IGNORE_INDEX, type TokenisedRow } from '../../../../src-main/engine/2-tokens/tokenisedRow.ts'
import { packBatch } from '../../../../src-main/engine/3-batches/packBatch.ts'
import { padBatch } from '../../../../src-main/engine/3-batches/padBatch.ts'
import { meanLossScale, trainedTokens } from '../../../../src-main/engine/3-batches/trainedTokens.ts'

const row = (index: number, ids: number[], given: number): TokenisedRow => ({
  row: index,
  ids,
  labels: ids.map((id, position) => (position < given ? IGNORE_INDEX : id)),
  reasons: ids.map((_, position) => (position < given ? 'given' : 'learned')),
  cutOff: [],
  warnings: [],
})
const rows = [row(4, [10, 11, 12, 13], 2), row(0, [20, 21], 2), row(2, [30, 31, 32], 0)]
const PAD = 388

const anyRows = fc
  .array(fc.tuple(fc.array(fc.nat(2), { maxLength: 12 }), fc.nat(12)), { maxLength: 5 })
  .map((list) => list.map(([ids, given], index) => row(index, ids, given)))

describe('padBatch', () => {
  it('pads on the right, as the tutorial does', () => {
    expect(padBatch(rows, PAD)).toEqual({
      input_ids: [
        [10, 11, 12, 13],
        [20, 21, PAD, PAD],
        [30, 31, 32, PAD],
      ],
      attention_mask: [
        [1, 1, 1, 1],
        [1, 1, 0, 0],
        [1, 1, 1, 0],
      ],
      labels: [
        [-100, -100, 12, 13],
        [-100, -100, -100, -100],
        [30, 31, 32, -100],
      ],
    })
  })

  it('has nothing to pad in a batch without rows', () => {
    expect(padBatch([], PAD)).toEqual({ input_ids: [], attention_mask: [], labels: [] })
  })

  it('gives every row back where the attention mask is 1, and learns nothing elsewhere', () => {
    fc.assert(
      fc.property(anyRows, (list) => {
        const batch = padBatch(list, PAD)
        const kept = (values: number[][]): number[][] =>
          values.map((line, r) => line.filter((_, t) => batch.attention_mask[r]?.[t] === 1))
        expect(kept(batch.input_ids)).toEqual(list.map(({ ids }) => ids))
        expect(kept(batch.labels)).toEqual(list.map(({ labels }) => labels))
        batch.attention_mask.forEach((line, r) =>
          line.forEach((attended, t) => {
            if (attended === 1) return
            expect(batch.input_ids[r]?.[t]).toBe(PAD)
            expect(batch.labels[r]?.[t]).toBe(IGNORE_INDEX)
          }),
        )
      }),
    )
  })
})

describe('packBatch', () => {
  it('lays rows end to end and points each supervised position at the token behind it', () => {
    expect(packBatch(rows)).toEqual({
      rows: [4, 0, 2],
      inputIds: Int32Array.of(10, 11, 12, 13, 20, 21, 30, 31, 32),
      positions: Int32Array.of(0, 1, 2, 3, 0, 1, 0, 1, 2),
      rowStarts: Int32Array.of(0, 4, 6, 9),
      rowLengths: Int32Array.of(4, 2, 3),
      rowTokens: null,
      supervised: Int32Array.of(1, 2, 6, 7),
      targets: Int32Array.of(12, 13, 31, 32),
    })
  })

  it('lays a beginning that rows share once, and a row that is there already not at all', () => {
    const sharing = [row(0, [1, 2, 3, 4], 2), row(1, [1, 2, 5], 2), row(2, [1, 2, 3], 1), row(3, [1, 2, 5], 2), row(4, [2, 9], 0)]
    expect(packBatch(sharing)).toEqual({
      rows: [0, 1, 2, 3, 4],
      inputIds: Int32Array.of(1, 2, 3, 4, 5, 2, 9),
      positions: Int32Array.of(0, 1, 2, 3, 2, 0, 1),
      rowStarts: Int32Array.of(0, 4, 5, 7),
      rowLengths: Int32Array.of(4, 3, 2),
      rowTokens: Int32Array.of(0, 1, 2, 3, 0, 1, 4, 5, 6),
      supervised: Int32Array.of(1, 2, 1, 0, 1, 1, 5),
      targets: Int32Array.of(3, 4, 5, 2, 3, 5, 9),
    })
  })

  it('lays every row whole where that is asked for, or where next to nothing is shared', () => {
    const alike = [row(0, [1, 2, 3], 1), row(1, [1, 2, 3], 1)]
    expect(packBatch(alike, { shareBeginnings: false }).inputIds).toEqual(Int32Array.of(1, 2, 3, 1, 2, 3))
    const long = [row(0, [1, ...Array.from({ length: 20 }, (_, i) => i)], 1), row(1, [1, 9], 1)]
    expect(packBatch(long)).toEqual(packBatch(long, { shareBeginnings: false }))
  })

  it('supervises what the shifted labels of the padded batch supervise, however the rows are laid', () => {
    fc.assert(
      fc.property(anyRows, fc.boolean(), (list, shareBeginnings) => {
        const { rowStarts, rowLengths, rowTokens, inputIds, positions, supervised, targets } = packBatch(list, {
          shareBeginnings,
        })
        const shifted = padBatch(list, PAD).labels.flatMap((labels) => labels.slice(1).filter((label) => label !== IGNORE_INDEX))
        expect([...targets]).toEqual(shifted)
        expect(supervised.length).toBe(trainedTokens(list))
        const wholeRows: number[][] = []
        let start = 0
        rowLengths.forEach((length, r) => {
          const tokens = [...(rowTokens ?? inputIds.map((_, token) => token))].slice(start, start + length)
          start += length
          // Each row lays its end, and is made of tokens that are where they are in it.
          const laid = (rowStarts[r + 1] ?? 0) - (rowStarts[r] ?? 0)
          expect(laid).toBeGreaterThan(0)
          expect(tokens.slice(length - laid)).toEqual(Array.from({ length: laid }, (_, i) => (rowStarts[r] ?? 0) + i))
          expect(tokens.map((token) => positions[token])).toEqual(tokens.map((_, position) => position))
          wholeRows.push(tokens.map((token) => inputIds[token] ?? -1))
        })
        // Nothing is lost: every row is there, or begins one that is.
        const isThere = (ids: number[]): boolean => wholeRows.some((whole) => ids.every((id, position) => id === whole[position]))
        expect(list.filter(({ ids }) => ids.length > 0 && !isThere(ids))).toEqual([])
        expect(wholeRows.filter((whole) => !list.some(({ ids }) => ids.join() === whole.join()))).toEqual([])
        // The target follows the supervised token in a row that has it.
        supervised.forEach((token, s) => {
          const position = positions[token] ?? -1
          expect(list.some(({ ids }) => ids[position] === inputIds[token] && ids[position + 1] === targets[s])).toBe(true)
        })
      }),
    )
  })
})

describe('trainedTokens', () => {
  it('does not count the first token of a row: nothing predicts it', () => {
    expect(rows.map((each) => trainedTokens([each]))).toEqual([2, 0, 2])
    expect(trainedTokens(rows)).toBe(4)
  })

  it('scales a window with nothing to learn by nothing instead of dividing by zero', () => {
    expect(meanLossScale(4)).toBe(0.25)
    expect(meanLossScale(0)).toBe(0)
  })
})
