import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { histogramOf, rowsBeyond, type Lengths } from '../../../../../src-renderer/views/learns/histogram.ts'

const lengths: fc.Arbitrary<Lengths> = fc
  .dictionary(fc.integer({ min: 1, max: 100_000 }).map(String), fc.integer({ min: 1, max: 1000 }), { minKeys: 1, maxKeys: 30 })
  .map((rows) =>
    Object.entries(rows)
      .map(([length, count]) => [Number(length), count] as const)
      .sort(([a], [b]) => a - b),
  )

describe('the histogram of lengths', () => {
  it('has every row in one bin, whose range holds its length', () => {
    fc.assert(
      fc.property(lengths, (all) => {
        const { bins, end, hasTail, mostRows } = histogramOf(all)
        const rows = all.reduce((sum, [, count]) => sum + count, 0)
        expect(bins.reduce((sum, bin) => sum + bin.rows, 0)).toBe(rows)
        for (const { from, to, rows: counted } of bins) {
          const within = all.reduce((sum, [length, count]) => (length >= from && length <= to ? sum + count : sum), 0)
          expect(counted).toBe(within)
        }
        expect(bins.length).toBeLessThanOrEqual(40)
        expect(hasTail).toBe((all.at(-1)?.[0] ?? 0) > end)
        expect(mostRows).toBe(Math.max(...bins.map((bin) => bin.rows)))
      }),
    )
  })

  it('is not squeezed into one bar by a single long row', () => {
    const { bins, hasTail } = histogramOf([
      [20, 500],
      [25, 500],
      [30, 100],
      [50_000, 1],
    ])
    expect(hasTail).toBe(true)
    expect(bins.filter(({ rows }) => rows > 0).length).toBeGreaterThan(2)
    expect(bins.at(-1)?.to).toBe(Infinity)
  })

  it('of nothing is empty, and can still be drawn', () => {
    expect(histogramOf([])).toEqual({ bins: [{ from: 1, to: 1, rows: 0 }], end: 1, hasTail: false, mostRows: 1 })
  })

  it('counts the rows that a limit cuts: those with more tokens, not those with as many', () => {
    const all = [
      [8, 2],
      [9, 3],
      [12, 1],
    ] as const
    expect([7, 8, 9, 11, 12].map((limit) => rowsBeyond(all, limit))).toEqual([6, 4, 1, 1, 0])
  })
})
