import { describe, expect, it } from 'vitest'
import { smoothed } from '../../../../src-renderer/charts/smoothed.ts'

const points = (...values: number[]) => values.map((y, x) => ({ x, y }))
const valuesOf = (weight: number, ...values: number[]) => smoothed(points(...values), weight).map(({ y }) => y)

describe('a smoothed line', () => {
  it('without smoothing is the line', () => {
    expect(valuesOf(0, 3, 1, 2)).toEqual([3, 1, 2])
  })

  it('begins where the line begins, and weighs what came before, corrected for the beginning', () => {
    const [first, second, third] = valuesOf(0.5, 4, 1, 7)
    expect(first).toBeCloseTo(4)
    // (0.5 · 4 + 1) / 1.5, and (0.25 · 4 + 0.5 · 1 + 7) / 1.75
    expect(second).toBeCloseTo(2)
    expect(third).toBeCloseTo(8.5 / 1.75)
  })

  it('of a constant is that constant, however strong', () => {
    for (const value of valuesOf(0.95, 2, 2, 2, 2)) expect(value).toBeCloseTo(2)
  })

  it('keeps a value that is no number where it is, and does not spread it', () => {
    const [, broken, after] = valuesOf(0.5, 2, Number.NaN, 2)
    expect(broken).toBeNaN()
    expect(after).toBeCloseTo(2)
  })

  it('stays at its places on the axis', () => {
    expect(
      smoothed(
        [
          { x: 10, y: 1 },
          { x: 25, y: 3 },
        ],
        0.9,
      ).map(({ x }) => x),
    ).toEqual([10, 25])
  })
})
