import { describe, expect, it } from 'vitest'
import { fractionOf, normalSource, randomSource } from '../../../../scripts/starter/random.ts'

const take = (source: () => number, count: number): number[] => Array.from({ length: count }, source)
const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length

describe('random numbers', () => {
  it('are the same for the same seed and others for another', () => {
    expect(take(randomSource('a'), 5)).toEqual(take(randomSource('a'), 5))
    expect(take(randomSource('a'), 5)).not.toEqual(take(randomSource('b'), 5))
  })

  it('fill [0, 1) evenly', () => {
    const values = take(randomSource('even'), 20_000)
    for (let tenth = 0; tenth < 10; tenth++) {
      expect(values.filter((value) => Math.floor(value * 10) === tenth).length / values.length).toBeCloseTo(0.1, 1.5)
    }
    expect(values.every((value) => value >= 0 && value < 1)).toBe(true)
  })

  it('turn into a standard normal distribution', () => {
    const values = take(normalSource(randomSource('normal')), 20_000)
    expect(mean(values)).toBeCloseTo(0, 1)
    expect(mean(values.map((value) => value ** 2))).toBeCloseTo(1, 1)
    expect(values.filter((value) => Math.abs(value) < 1).length / values.length).toBeCloseTo(0.683, 1.5)
  })

  it('give a text the same fraction always', () => {
    expect(fractionOf('静夜思')).toBe(fractionOf('静夜思'))
    expect(mean(Array.from({ length: 2000 }, (_, i) => fractionOf(`poem ${i}`)))).toBeCloseTo(0.5, 1)
  })
})
