/** A line of a chart. */
export interface Series {
  label: string
  /** Which of the colours `--series-1` … `--series-6`, and of the dashes; from 0. */
  style: number
  points: readonly Point[]
  /** Few values that each count, such as one an epoch: each is marked. */
  hasMarks?: boolean
}

export interface Point {
  x: number
  y: number
}
