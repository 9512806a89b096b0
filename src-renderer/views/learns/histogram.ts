/** Rows by how many tokens they have: ascending pairs of [tokens, rows]. */
export type Lengths = readonly (readonly [length: number, rows: number])[]

export interface Bin {
  /** Lengths from … up to and including …; the last bin of a long tail has no end. */
  from: number
  to: number
  rows: number
}

export interface Histogram {
  bins: Bin[]
  /** Tokens at the right end of the axis. */
  end: number
  /** Rows are longer than the axis, and stand in its last bin. */
  hasTail: boolean
  mostRows: number
}

const MOST_BINS = 40
/** Where the longest row is beyond this many times the length that nearly all rows stay below, it would squeeze all others into one bar. */
const TAIL = 2
const NEARLY_ALL = 0.99

/** Widths that a person can count in: 1, 2, 5, 10, 20, 50 … */
function niceAtLeast(width: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(1, width)))
  return [1, 2, 5, 10].map((factor) => factor * power).find((nice) => nice >= width) ?? 10 * power
}

export function histogramOf(lengths: Lengths): Histogram {
  const longest = lengths.at(-1)?.[0] ?? 0
  const usual = lengthBelow(lengths, NEARLY_ALL)
  const width = niceAtLeast((longest > TAIL * usual ? TAIL * usual : longest) / MOST_BINS)
  const shown = longest > TAIL * usual ? TAIL * usual : longest
  const count = Math.max(1, Math.ceil(shown / width))
  const end = count * width
  const bins = Array.from({ length: count }, (_, i): Bin => ({ from: i * width + 1, to: (i + 1) * width, rows: 0 }))
  for (const [length, rows] of lengths) {
    const bin = bins[Math.min(count - 1, Math.max(0, Math.ceil(length / width) - 1))]
    if (bin) bin.rows += rows
  }
  const hasTail = longest > end
  const last = bins.at(-1)
  if (hasTail && last) last.to = Infinity
  return { bins, end, hasTail, mostRows: Math.max(1, ...bins.map(({ rows }) => rows)) }
}

/** The length that a share of the rows does not exceed. */
function lengthBelow(lengths: Lengths, share: number): number {
  const all = lengths.reduce((sum, [, rows]) => sum + rows, 0)
  let seen = 0
  for (const [length, rows] of lengths) {
    seen += rows
    if (seen >= share * all) return length
  }
  return 0
}

/** Rows that are longer than a limit. */
export const rowsBeyond = (lengths: Lengths, limit: number): number =>
  lengths.reduce((sum, [length, rows]) => (length > limit ? sum + rows : sum), 0)
