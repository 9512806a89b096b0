import type { ExportFormat } from '../../contract/areas/exports.ts'
import { FIELDS } from '../../contract/areas/rows.ts'
import type { Row } from '../../contract/row.ts'
import { putApostrophe } from './tables/formulaApostrophe.ts'

/** Excel takes a CSV file without it for the computer's old national encoding. */
const BYTE_ORDER_MARK = '\uFEFF'
/** RFC 4180 */
const CSV_LINE_END = '\r\n'
const NEEDS_QUOTES = /[",\r\n;\t|]|^\s|\s$/

/**
 * A file of rows, piece by piece, so that it is never held as a whole. JSON and JSONL keep every character. CSV keeps them too, read by TuneDesk: a
 * cell that a spreadsheet could take for a formula gets an apostrophe, which the import takes away again; a row without any text is no line there.
 */
export function* printRows(rows: Iterable<Row>, format: ExportFormat): Generator<string> {
  if (format === 'csv') yield BYTE_ORDER_MARK + FIELDS.join(',') + CSV_LINE_END
  if (format === 'json') yield '['
  let count = 0
  for (const { instruct, input, label } of rows) {
    if (format === 'csv') yield [instruct, input, label].map(csvCell).join(',') + CSV_LINE_END
    else {
      const text = JSON.stringify({ instruct, input, label })
      yield format === 'jsonl' ? `${text}\n` : `${count === 0 ? '' : ','}\n${text}`
    }
    count++
  }
  if (format === 'json') yield '\n]\n'
}

/** How many cells of rows get an apostrophe in CSV. */
export const countApostrophes = (rows: readonly Row[]): number =>
  rows.reduce((sum, row) => sum + FIELDS.filter((field) => putApostrophe(row[field]) !== row[field]).length, 0)

function csvCell(text: string): string {
  const cell = putApostrophe(text)
  return NEEDS_QUOTES.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell
}
