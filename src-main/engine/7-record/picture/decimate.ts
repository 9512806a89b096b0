export interface Point {
  x: number
  y: number
}

/**
 * Thins out a curve so that it looks the same: of each of `columns` equal parts of the x axis the first, the lowest, the highest and the last point
 * stay. A spike of one point is kept, which an average would lose.
 * @param points ascending in x
 */
export function decimate(points: readonly Point[], columns: number): readonly Point[] {
  const first = points[0]
  const last = points.at(-1)
  if (!first || !last || points.length <= columns * 4) return points
  const columnOf = ({ x }: Point): number => Math.min(columns - 1, Math.floor(((x - first.x) / (last.x - first.x)) * columns))

  const kept: Point[] = []
  for (let start = 0; start < points.length;) {
    const column = columnOf(points[start] ?? first)
    let end = start + 1
    while (end < points.length && columnOf(points[end] ?? last) === column) end++
    kept.push(...extremes(points.slice(start, end)))
    start = end
  }
  return kept
}

function extremes(points: readonly Point[]): Point[] {
  const lowest = points.reduce((best, point) => (point.y < best.y ? point : best))
  const highest = points.reduce((best, point) => (point.y > best.y ? point : best))
  const wanted = new Set([points[0], lowest, highest, points.at(-1)])
  return points.filter((point) => wanted.has(point))
}
