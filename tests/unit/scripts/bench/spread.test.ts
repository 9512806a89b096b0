import { expect, test } from 'vitest'
import { spread } from '../../../../scripts/bench/spread.ts'

test('the quickest, the middle one and the slowest of measurements; of an even number the mean of the two in the middle', () => {
  expect(spread([3, 1, 10])).toEqual({ quickest: 1, median: 3, slowest: 10 })
  expect(spread([4, 1, 10, 2])).toEqual({ quickest: 1, median: 3, slowest: 10 })
  expect(spread([10, 9])).toEqual({ quickest: 9, median: 9.5, slowest: 10 })
})
