import { describe, expect, it } from 'vitest'
import { tableOf } from '../../../../src-renderer/charts/tableOf.ts'

const series = (...points: [number, number][]) => ({ label: '', style: 0, points: points.map(([x, y]) => ({ x, y })) })

describe('the table of a chart', () => {
  it('has a row for each place, ascending, and says where a line has no value', () => {
    expect(tableOf([series([1, 10], [3, 30]), series([2, 200], [3, 300])])).toEqual([
      { x: 1, values: [10, null] },
      { x: 2, values: [null, 200] },
      { x: 3, values: [30, 300] },
    ])
  })

  it('of nothing is empty', () => {
    expect(tableOf([])).toEqual([])
    expect(tableOf([series()])).toEqual([])
  })

  it('is not thinned while a person can go through it', () => {
    expect(tableOf([series(...Array.from({ length: 500 }, (_, x): [number, number] => [x, x]))])).toHaveLength(500)
  })

  it('of a long run is thinned evenly, its first and last row kept, and none is there twice', () => {
    const rows = tableOf([series(...Array.from({ length: 501 }, (_, x): [number, number] => [x, 2 * x]))])
    expect(rows).toHaveLength(500)
    expect(rows[0]).toEqual({ x: 0, values: [0] })
    expect(rows.at(-1)).toEqual({ x: 500, values: [1000] })
    expect(new Set(rows.map(({ x }) => x)).size).toBe(500)
  })
})
