/** Pixels of a line of text in the table: that of `--text-body` and `--line`, rounded so that rows lie on whole pixels. */
export const LINE = 22
/** Above and below the text, with the line between two rows. */
const AROUND = 13

/** The most that a person may choose. */
export const MAX_LINES = 6
/** The most that texts ask for by themselves: with more, too few rows are seen at once. */
const MAX_FITTING = 4
/** Of so large a share of the rows, every line is seen. */
const FITTING_SHARE = 0.8

/** A browser draws no element taller than about 33 million pixels. */
const MAX_HEIGHT = 32_000_000

/** All rows have the same height, so where a row lies follows from its number: nothing is measured, nothing moves while scrolling. */
export const rowHeight = (lines: number): number => lines * LINE + AROUND

/** As many lines as asked for, or fewer where so many rows would be taller than a browser can draw. */
export const linesThatFit = (lines: number, rows: number): number =>
  Math.max(1, Math.min(lines, Math.floor((MAX_HEIGHT / Math.max(1, rows) - AROUND) / LINE)))

export interface Screen {
  scrollTop: number
  /** Of what is seen of the rows, in pixels. */
  height: number
}

/** Rows that are drawn, from `start` to before `end`: those seen and some around them. */
export function visibleRange({ scrollTop, height }: Screen, rowPixels: number, count: number): { start: number; end: number } {
  const seen = Math.ceil(height / rowPixels)
  const around = Math.max(4, Math.ceil(seen / 3))
  const first = Math.floor(scrollTop / rowPixels)
  const start = Math.max(0, Math.min(first, count - 1) - around)
  return { start, end: Math.max(start, Math.min(count, first + seen + around + 1)) }
}

/** Where to scroll so that a row is seen as a whole: as little as that takes. */
export function scrollTopToReveal(index: number, { scrollTop, height }: Screen, rowPixels: number): number {
  const top = index * rowPixels
  if (top < scrollTop || rowPixels > height) return top
  return Math.max(scrollTop, top + rowPixels - height)
}

/** A Chinese character is about as wide as a line of 14 px is high; a Latin letter takes half of that. */
const widthOf = (text: string): number => {
  let width = 0
  for (const character of text) width += /[\u2e80-\uffef]|[\u{20000}-\u{3ffff}]/u.test(character) ? 14 : 7
  return width
}

/** About how many lines a text takes in a column so wide, at most `most`. */
export function linesOf(text: string, columnPixels: number, most = MAX_LINES): number {
  // What is far beyond the most lines is not looked at: a text may have millions of characters.
  const pieces = text.slice(0, most * columnPixels).split('\n', most)
  return Math.min(
    most,
    pieces.reduce((sum, piece) => sum + Math.max(1, Math.ceil(widthOf(piece) / columnPixels)), 0),
  )
}

/** How many lines a row gets, so that most of these texts are seen as a whole. */
export function fittingLines(rows: readonly (readonly string[])[], columnPixels: readonly number[]): number {
  const needed = rows
    .map((texts) => Math.max(1, ...texts.map((text, column) => linesOf(text, columnPixels[column] ?? 1))))
    .sort((a, b) => a - b)
  return Math.min(MAX_FITTING, needed[Math.floor(needed.length * FITTING_SHARE)] ?? 1)
}
