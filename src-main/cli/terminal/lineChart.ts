import { padStart } from './width.ts'

export interface ChartPoint {
  x: number
  y: number
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

/** The smallest of 1, 2, 2.5, 5 × 10ⁿ that is not below `value`. */
function niceCeiling(value: number): number {
  if (!(value > 0)) return 1
  const power = 10 ** Math.floor(Math.log10(value))
  return (
    [1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10].map((factor) => factor * power).find((candidate) => candidate >= value * 0.9999) ?? value
  )
}

const tick = (value: number): string => String(Number(value.toPrecision(3)))

/** Sets the dots of the straight line between two points of the dot grid. */
function drawLine(set: (x: number, y: number) => void, [x0, y0]: [number, number], [x1, y1]: [number, number]): void {
  const length = Math.max(Math.abs(x1 - x0), Math.abs(y1 - y0), 1)
  for (let i = 0; i <= length; i++) set(Math.round(x0 + ((x1 - x0) * i) / length), Math.round(y0 + ((y1 - y0) * i) / length))
}

/** A line chart of braille dots with a y axis from 0 and an x axis from 0 to `maxX`. Points ascend in x; those that are not finite leave a gap. */
export function lineChart(
  points: readonly ChartPoint[],
  frame: ChartFrame,
  colour: (line: string) => string,
  dim: (text: string) => string,
): string[] {
  const finite = points.filter((point) => Number.isFinite(point.y))
  const top = niceCeiling(Math.max(...finite.map((point) => point.y), 0))
  const rows = frame.height - 3
  const middle = (rows - 1) / 2
  const labels = new Map([
    [0, tick(top)],
    [middle, tick(top / 2)],
    [rows - 1, '0'],
  ])
  const labelWidth = Math.max(...Array.from(labels.values(), (label) => label.length))
  const columns = Math.max(1, frame.width - labelWidth - 2)
  const cells = Array.from({ length: rows }, () => new Array<number>(columns).fill(EMPTY_CELL))

  const set = (x: number, y: number): void => {
    const row = cells[y >> 2]
    const column = x >> 1
    const bit = DOTS[x & 1 ? 1 : 0][y & 3]
    if (row?.[column] !== undefined && bit !== undefined) row[column] |= bit
  }
  const place = ({ x, y }: ChartPoint): [number, number] => [
    Math.round((x / Math.max(frame.maxX, Number.MIN_VALUE)) * (columns * 2 - 1)),
    Math.round((1 - y / top) * (rows * 4 - 1)),
  ]
  points.forEach((point, i) => {
    if (!Number.isFinite(point.y)) return
    const before = points[i - 1]
    drawLine(set, before && Number.isFinite(before.y) ? place(before) : place(point), place(point))
  })

  const plot = cells.map((row, i) => {
    const label = labels.get(i)
    const axis = dim(`${padStart(label ?? '', labelWidth)} ${label === undefined ? '│' : '┤'}`)
    return axis + colour(String.fromCharCode(...row))
  })
  const end = `${tick(frame.maxX)} ${frame.xTitle}`
  const base = dim(`${' '.repeat(labelWidth)} └${'─'.repeat(columns)}`)
  const below = dim(' '.repeat(labelWidth + 2) + '0' + padStart(end, columns - 1))
  return [dim(' '.repeat(labelWidth + 2) + frame.yTitle), ...plot, base, below]
}
