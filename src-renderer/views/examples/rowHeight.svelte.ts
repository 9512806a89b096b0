import { fittingLines, linesThatFit, MAX_LINES, rowHeight } from './visibleRange.ts'

const KEPT = 'examples-lines'
/** While there are no rows to go by. */
const FIRST_LINES = 3

/** Lines that a person may choose for every row; `fitting`: as many as most rows need. */
export const ROW_LINES = ['fitting', 1, 3, MAX_LINES] as const
export type RowLines = (typeof ROW_LINES)[number]

/** How tall the rows are: as their texts need, found once when they are first seen, or as the person chose. */
export class RowHeight {
  #fitting = $state(FIRST_LINES)
  chosen: RowLines = $state(readChosen())

  /** Lines of text in a row. */
  lines(rows: number): number {
    return linesThatFit(this.chosen === 'fitting' ? this.#fitting : this.chosen, rows)
  }

  pixels(rows: number): number {
    return rowHeight(this.lines(rows))
  }

  choose(lines: RowLines): void {
    this.chosen = lines
    localStorage.setItem(KEPT, String(lines))
  }

  /** @param columnPixels widths of the columns in which the texts stand */
  fit(rows: readonly (readonly string[])[], columnPixels: readonly number[]): void {
    const isWritten = rows.some((texts) => texts.some((text) => text !== ''))
    this.#fitting = isWritten ? fittingLines(rows, columnPixels) : FIRST_LINES
  }
}

function readChosen(): RowLines {
  const kept = localStorage.getItem(KEPT)
  return ROW_LINES.find((lines) => String(lines) === kept) ?? 'fitting'
}
