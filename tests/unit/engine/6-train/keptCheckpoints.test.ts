import { expect, test } from 'vitest'
import { keptAtEnd, keptWhileRunning } from '../../../../src-main/engine/6-train/keptCheckpoints.ts'

test('without a limit all checkpoints stay', () => {
  expect(keptWhileRunning([1, 2, 3], null, 1)).toEqual([1, 2, 3])
  expect(keptAtEnd([1, 2, 3], null, 1)).toEqual([1, 2, 3])
})

test('the oldest go first, but never the best one', () => {
  expect(keptWhileRunning([1, 2, 3, 4], 3, null)).toEqual([2, 3, 4])
  expect(keptWhileRunning([1, 2, 3, 4], 3, 1)).toEqual([1, 3, 4])
  expect(keptWhileRunning([1, 2, 3, 4], 2, 1)).toEqual([1, 4])
  expect(keptWhileRunning([1, 2, 3, 4], 9, 1)).toEqual([1, 2, 3, 4])
})

test('two stay while a run goes on, and one at its end where the limit is 1', () => {
  expect(keptWhileRunning([1, 2, 3], 1, null)).toEqual([2, 3])
  expect(keptAtEnd([2, 3], 1, null)).toEqual([3])
  expect(keptAtEnd([2, 3], 1, 2)).toEqual([2])
  expect(keptAtEnd([1, 2, 3], 2, 1)).toEqual([1, 3])
})
