import type { Series } from './series.ts'

/** So many rows a person may still go through; a longer table is thinned evenly, its first and last row kept. */
const MOST_ROWS = 500

/** The points of all series by their place on the axis, ascending; null where a series has none there. */
export function tableOf(series: readonly Series[]): { x: number; values: (number | null)[] }[] {
  const byX = new Map<number, (number | null)[]>()
  series.forEach(({ points }, index) => {
    for (const { x, y } of points) {
      const values = byX.get(x) ?? series.map(() => null)
      values[index] = y
      byX.set(x, values)
    }
  })
  const rows = [...byX].map(([x, values]) => ({ x, values })).sort((a, b) => a.x - b.x)
  if (rows.length <= MOST_ROWS) return rows
  const every = (rows.length - 1) / (MOST_ROWS - 1)
  return Array.from({ length: MOST_ROWS }, (_, at) => rows[Math.round(at * every)]).filter((row) => row !== undefined)
}
