import { padStart } from './width.ts'

export interface ChartPoint {
  x: number
  y: number
}

export interface ChartSeries {
  /** Ascending in x. A y that is not finite leaves a gap. */
  points: readonly ChartPoint[]
  colour: (line: string) => string
}

export interface ChartFrame {
  /** Columns and lines of the whole picture, axes included. */
  width: number
  height: number
  /** The right end of the x axis; it begins at 0. */
  maxX: number
  yTitle: string
  xTitle: string
}

/** A braille cell is two dots wide and four high; the bit of each, by column and row from the top (Unicode chart U+2800). */
const DOTS = [
  [0x01, 0x02, 0x04, 0x40],
  [0x08, 0x10, 0x20, 0x80],
] as const
const EMPTY_CELL = 0x2800

interface Cell {
  code: number
  colour: (line: string) => string
}

/** The smallest round number that is not below `value`. */
function niceCeiling(value: number): number {
  if (!(value > 0)) return 1
  const power = 10 ** Math.floor(Math.log10(value))
  return [1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10].map((factor) => factor * power).find((each) => each >= value * 0.9999) ?? value
}

const tick = (value: number): string => String(Number(value.toPrecision(3)))

/** Sets the dots of the straight line between two points of the dot grid. */
function drawLine(set: (x: number, y: number) => void, [x0, y0]: [number, number], [x1, y1]: [number, number]): void {
  const length = Math.max(Math.abs(x1 - x0), Math.abs(y1 - y0), 1)
  for (let i = 0; i <= length; i++) set(Math.round(x0 + ((x1 - x0) * i) / length), Math.round(y0 + ((y1 - y0) * i) / length))
}

/** Points of which there are more than dots, as one mean for each column of dots. */
function thinned(points: readonly ChartPoint[], columns: number, maxX: number): readonly ChartPoint[] {
  if (points.length <= columns) return points
  const sums = new Map<number, { x: number; y: number; count: number }>()
  for (const { x, y } of points) {
    const column = Math.floor((x / maxX) * columns)
    const sum = sums.get(column) ?? { x: 0, y: 0, count: 0 }
    sums.set(column, { x: sum.x + x, y: sum.y + y, count: sum.count + 1 })
  }
  return Array.from(sums.values(), ({ x, y, count }) => ({ x: x / count, y: y / count }))
}

/** A chart of lines of braille dots, its y axis from 0, its x axis from 0 to `maxX`. Where lines meet the later series has the colour. */
export function lineChart(series: readonly ChartSeries[], frame: ChartFrame, dim: (text: string) => string): string[] {
  const { maxX, width, height } = frame
  const largest = Math.max(0, ...series.flatMap(({ points }) => points.map(({ y }) => y).filter(Number.isFinite)))
  const top = niceCeiling(largest)
  const rows = height - 3
  const labels = new Map([
    [0, tick(top)],
    [(rows - 1) / 2, tick(top / 2)],
    [rows - 1, '0'],
  ])
  const labelWidth = Math.max(...Array.from(labels.values(), (label) => label.length))
  const columns = Math.max(1, width - labelWidth - 2)
  const cells = Array.from({ length: rows }, () =>
    Array.from({ length: columns }, (): Cell => ({ code: EMPTY_CELL, colour: (line) => line })),
  )

  const place = ({ x, y }: ChartPoint): [number, number] => [
    Math.round((x / Math.max(maxX, Number.MIN_VALUE)) * (columns * 2 - 1)),
    Math.round((1 - y / top) * (rows * 4 - 1)),
  ]
  for (const { points, colour } of series) {
    const set = (x: number, y: number): void => {
      const cell = cells[y >> 2]?.[x >> 1]
      if (cell) Object.assign(cell, { code: cell.code | DOTS[x & 1 ? 1 : 0][(y & 3) as 0 | 1 | 2 | 3], colour })
    }
    const drawn = thinned(points, columns * 2, maxX)
    drawn.forEach((point, i) => {
      if (!Number.isFinite(point.y)) return
      const before = drawn[i - 1]
      drawLine(set, before && Number.isFinite(before.y) ? place(before) : place(point), place(point))
    })
  }

  const plot = cells.map((row, i) => {
    const label = labels.get(i)
    const axis = dim(`${padStart(label ?? '', labelWidth)} ${label === undefined ? '│' : '┤'}`)
    return (
      axis +
      row
        .map(({ code, colour }) => (code === EMPTY_CELL ? String.fromCharCode(code) : colour(String.fromCharCode(code))))
        .join('')
    )
  })
  const margin = ' '.repeat(labelWidth + 1)
  const base = dim(`${margin}└${'─'.repeat(columns)}`)
  const end = `${tick(maxX)} ${frame.xTitle}`
  return [dim(`${margin} ${frame.yTitle}`), ...plot, base, dim(`${margin} 0${padStart(end, columns - 1)}`)]
}
