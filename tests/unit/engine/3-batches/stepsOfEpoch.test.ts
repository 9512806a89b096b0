import { describe, expect, it } from 'vitest'
import { batchesPerEpoch, stepsOfEpoch, stepsPerEpoch } from '../../../../src-main/engine/3-batches/stepsOfEpoch.ts'

const settings = {
  per_device_train_batch_size: 2,
  gradient_accumulation_steps: 2,
  dataloader_drop_last: false,
  seed: 42,
  data_seed: null,
}
const rowsApart = (count: number): number[][] => Array.from({ length: count }, (_, row) => [row])
const shape = (rowCount: number, changes: Partial<typeof settings> = {}): number[][] =>
  stepsOfEpoch(rowsApart(rowCount), { ...settings, ...changes }, 0).map((step) => step.map((batch) => batch.length))

describe('stepsOfEpoch', () => {
  it('keeps the last short batch and the last short window', () => {
    expect(shape(9)).toEqual([[2, 2], [2, 2], [1]])
    expect(batchesPerEpoch(9, settings)).toBe(5)
    expect(stepsPerEpoch(9, settings)).toBe(3)
  })

  it('leaves out only a batch that is not full with dataloader_drop_last', () => {
    expect(shape(9, { dataloader_drop_last: true })).toEqual([
      [2, 2],
      [2, 2],
    ])
    expect(shape(10, { dataloader_drop_last: true })).toEqual([[2, 2], [2, 2], [2]])
    expect(shape(1, { dataloader_drop_last: true })).toEqual([])
  })

  it('takes every row once an epoch, in another order each time', () => {
    const [first, second] = [0, 1].map((epoch) => stepsOfEpoch(rowsApart(100), settings, epoch).flat(2))
    expect(first).not.toEqual(second)
    expect(first?.toSorted((a, b) => a - b)).toEqual(second?.toSorted((a, b) => a - b))
    expect(new Set(first).size).toBe(100)
  })

  it('counts packed sequences as the Trainer counts rows, and takes all rows of each', () => {
    const packed = stepsOfEpoch([[4, 0], [1], [3, 2, 5]], { ...settings, gradient_accumulation_steps: 1 }, 0)
    const order = stepsOfEpoch(rowsApart(3), { ...settings, gradient_accumulation_steps: 1 }, 0)
    expect(packed).toEqual(order.map((step) => step.map((batch) => batch.flatMap((at) => [[4, 0], [1], [3, 2, 5]][at] ?? []))))
  })

  it('goes by data_seed where it is set', () => {
    const order = (changes: Partial<Omit<typeof settings, 'data_seed'>> & { data_seed?: number | null }): number[] =>
      stepsOfEpoch(rowsApart(100), { ...settings, ...changes }, 0).flat(2)
    expect(order({ data_seed: 7 })).toEqual(order({ seed: 7 }))
    expect(order({ data_seed: 0 })).toEqual(order({ seed: 0 }))
  })

  it('refuses a seed that torch would read as another number', () => {
    expect(() => stepsOfEpoch(rowsApart(2), { ...settings, seed: -1 }, 0)).toThrow(RangeError)
    expect(() => stepsOfEpoch(rowsApart(2), { ...settings, seed: 1.5 }, 0)).toThrow(RangeError)
  })
})
