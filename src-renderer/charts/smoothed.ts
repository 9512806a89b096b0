import type { Point } from './series.ts'

/**
 * Exponential moving average, corrected for its beginning as TensorBoard does (Kingma and Ba 2015, arXiv:1412.6980, section 3).
 * @param weight 0 leaves the points as they are; near 1 only the trend is left
 */
export function smoothed(points: readonly Point[], weight: number): readonly Point[] {
  if (weight === 0) return points
  let average = 0
  let remaining = 1
  return points.map(({ x, y }) => {
    // A value that is no number has nothing to say about its neighbours.
    if (!Number.isFinite(y)) return { x, y }
    average = weight * average + (1 - weight) * y
    remaining *= weight
    return { x, y: average / (1 - remaining) }
  })
}
