import { fc, test } from '@fast-check/vitest'
import { expect } from 'vitest'
import { coveringTicks, ticksWithin } from '../../../../../src-main/engine/7-record/picture/axisTicks.ts'
import { decimate } from '../../../../../src-main/engine/7-record/picture/decimate.ts'

const amount = fc.double({ min: -1e6, max: 1e6, noNaN: true })
const range = fc
  .tuple(amount, fc.double({ min: 1e-3, max: 1e6, noNaN: true }))
  .map(([from, length]): [number, number] => [from, from + length])
const most = fc.integer({ min: 3, max: 12 })

const isRound = (step: number): boolean =>
  [1, 2, 5].some((factor) => Math.abs(Math.log10(step / factor) - Math.round(Math.log10(step / factor))) < 1e-6)

test.prop([range, most])('ticks that cover a range: round, evenly apart, no more than asked for and one', ([from, to], most) => {
  const ticks = coveringTicks(from, to, most)
  const step = (ticks[1] ?? 0) - (ticks[0] ?? 0)
  expect(ticks[0]).toBeLessThanOrEqual(from + step * 1e-6)
  expect(ticks.at(-1)).toBeGreaterThanOrEqual(to - step * 1e-6)
  expect(ticks.length).toBeLessThanOrEqual(most + 1) // the range may begin and end between two
  if (Math.abs(from) < 1e4 * step) expect(isRound(step)).toBe(true)
})

test.prop([fc.integer({ min: 1, max: 1e6 }), most])(
  'ticks of steps are whole numbers within the run, at least one of them',
  (steps, most) => {
    const ticks = ticksWithin(0, steps, most, 1)
    expect(ticks.every((tick) => Number.isInteger(tick) && tick >= 0 && tick <= steps)).toBe(true)
    expect(ticks.length).toBeGreaterThan(1)
    expect(ticks.length).toBeLessThanOrEqual(most + 1)
  },
)

const curve = fc
  .array(fc.double({ min: -100, max: 100, noNaN: true }), { minLength: 1, maxLength: 400 })
  .map((heights) => heights.map((y, x) => ({ x, y })))

test.prop([curve, fc.integer({ min: 1, max: 30 })])(
  'a thinned curve has the same ends, the same heights in every part, and few points',
  (points, columns) => {
    const thin = decimate(points, columns)
    expect(thin.length).toBeLessThanOrEqual(Math.max(columns * 4, 1))
    expect(thin[0]).toBe(points[0])
    expect(thin.at(-1)).toBe(points.at(-1))
    expect(thin.every((point, i) => points.includes(point) && (thin[i - 1]?.x ?? -1) < point.x)).toBe(true)
    const last = points.length - 1
    for (let column = 0; column < columns; column++) {
      const within = ({ x }: { x: number }): boolean =>
        Math.min(columns - 1, Math.floor((x / Math.max(last, 1)) * columns)) === column
      const heights = (of: readonly { x: number; y: number }[]): number[] => of.filter(within).map(({ y }) => y)
      expect(Math.max(...heights(thin))).toBe(Math.max(...heights(points)))
      expect(Math.min(...heights(thin))).toBe(Math.min(...heights(points)))
    }
  },
)
