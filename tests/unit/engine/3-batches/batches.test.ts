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
  .array(fc.tuple(fc.array(fc.nat(500), { maxLength: 12 }), fc.nat(12)), { maxLength: 5 })
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
      supervised: Int32Array.of(1, 2, 6, 7),
      targets: Int32Array.of(12, 13, 31, 32),
    })
  })

  it('supervises what the shifted labels of the padded batch supervise', () => {
    fc.assert(
      fc.property(anyRows, (list) => {
        const packed = packBatch(list)
        const shifted = padBatch(list, PAD).labels.flatMap((labels) => labels.slice(1).filter((label) => label !== IGNORE_INDEX))
        expect([...packed.targets]).toEqual(shifted)
        expect(packed.supervised.length).toBe(trainedTokens(list))
        // The target is the very token behind the supervised position, in the same row.
        packed.supervised.forEach((position, index) => {
          expect(packed.inputIds[position + 1]).toBe(packed.targets[index])
          expect([...packed.rowStarts]).not.toContain(position + 1)
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
