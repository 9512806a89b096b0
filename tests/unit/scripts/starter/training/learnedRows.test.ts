import { expect, it } from 'vitest'
import { learnedRows } from '../../../../../scripts/starter/training/learnedRows.ts'

it('makes a row of each document, learned as a whole, and cuts a long one into several', () => {
  const documents = { tokens: Uint16Array.of(1, 2, 9, 3, 4, 5, 6, 7, 9), starts: Uint32Array.of(0, 3, 9) }
  const rows = learnedRows(documents, 4)
  expect(rows.map(({ ids }) => ids)).toEqual([
    [1, 2, 9],
    [3, 4, 5, 6],
    [7, 9],
  ])
  expect(rows.map(({ row }) => row)).toEqual([0, 1, 2])
  for (const { ids, labels } of rows) expect(labels).toEqual(ids)
  expect(rows.map(({ reasons }) => reasons.join(' '))).toEqual([
    'learned learned end-mark',
    'learned learned learned learned',
    'learned end-mark',
  ])
})

it('leaves out a single token that is left over: it has nothing to predict', () => {
  const documents = { tokens: Uint16Array.of(1, 2, 3, 4, 9, 5, 9), starts: Uint32Array.of(0, 5, 7) }
  expect(learnedRows(documents, 4).map(({ ids }) => ids)).toEqual([
    [1, 2, 3, 4],
    [5, 9],
  ])
})
