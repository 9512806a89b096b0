import { describe, expect, it } from 'vitest'
import { secondsLeft } from '../../../../src-main/services/runs/secondsLeft.ts'

describe('how long a run will go on', () => {
  it('is not known before two steps have been timed', () => {
    expect(secondsLeft([], 10)).toBeNull()
    expect(secondsLeft([1], 10)).toBeNull()
  })
  it('is nothing when no step is left', () => {
    expect(secondsLeft([1, 2], 0)).toEqual({ low: 0, high: 0 })
  })
  it('is a narrow range where all steps take the same', () => {
    const left = secondsLeft(Array.from({ length: 50 }, () => 2), 100)
    expect(left?.low).toBeCloseTo(190, 6)
    expect(left?.high).toBeCloseTo(210, 6)
  })
  it('is wide after few steps that differ, and narrower after many', () => {
    const width = (count: number): number => {
      const left = secondsLeft(
        Array.from({ length: count }, (_, i) => (i % 2 === 0 ? 1 : 3)),
        1000,
      )
      return (left?.high ?? 0) - (left?.low ?? 0)
    }
    expect(width(4)).toBeGreaterThan(2 * width(40))
  })
  it('never goes below zero', () => {
    expect(secondsLeft([0.1, 20], 5)?.low).toBe(0)
  })
})

it('holds the truth nineteen times out of twenty, of steps that vary by chance', () => {
  // Sums of many small numbers of a fixed sequence: about normal, and the same in every run of this test.
  let state = 7
  const random = (): number => (state = (state * 48271) % 2147483647) / 2147483647
  const duration = (): number => 1 + Array.from({ length: 12 }, random).reduce((sum, value) => sum + value, -6) * 0.3
  let held = 0
  const trials = 400
  for (let trial = 0; trial < trials; trial++) {
    const left = secondsLeft(
      Array.from({ length: 30 }, duration),
      20,
    )
    const truth = Array.from({ length: 20 }, duration).reduce((sum, value) => sum + value, 0)
    if (left && left.low <= truth && truth <= left.high) held++
  }
  expect(held / trials).toBeGreaterThan(0.92)
  expect(held / trials).toBeLessThan(0.99)
})
