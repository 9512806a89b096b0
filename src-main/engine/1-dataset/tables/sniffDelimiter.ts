import type { Delimiter } from '../../../contract/areas/imports.ts'
import { SNIFFED_BYTES } from '../limits.ts'
import { firstRecords, type DelimitedRecord } from './splitDelimited.ts'

/** A tab stands in prose least of all, a comma most of all. */
const LIKELIEST_FIRST: readonly Delimiter[] = ['\t', ';', '|', ',']
/** Enough to see what is even. */
const SNIFFED_RECORDS = 100

/**
 * The delimiter that gives the most even table: the same number of cells in as many records as possible. The comma where none divides anything.
 * @param text UTF-8
 */
export function sniffDelimiter(text: Uint8Array): Delimiter {
  const beginning = text.subarray(0, SNIFFED_BYTES)
  let best: { delimiter: Delimiter; score: number } = { delimiter: ',', score: 0 }
  for (const delimiter of LIKELIEST_FIRST) {
    const records = firstRecords(beginning, delimiter, SNIFFED_RECORDS)
    // The last one may have been cut off.
    const score = evenness(beginning.length < text.length && records.length > 1 ? records.slice(0, -1) : records)
    if (score > best.score) best = { delimiter, score }
  }
  return best.delimiter
}

/** The share of records with the most frequent number of cells, where that is more than one. */
function evenness(records: readonly DelimitedRecord[]): number {
  const counts = new Map<number, number>()
  const filled = records.filter(({ cells }) => cells.length > 1 || (cells[0] ?? '').trim() !== '')
  for (const { cells } of filled) counts.set(cells.length, (counts.get(cells.length) ?? 0) + 1)
  let [width, most] = [1, 0]
  for (const [cells, count] of counts) if (count > most) [width, most] = [cells, count]
  return width > 1 ? most / filled.length : 0
}
