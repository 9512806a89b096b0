import { TuneDeskError } from '../../../contract/error.ts'
import type { Encoding, Reading } from '../../../contract/areas/imports.ts'
import { isKnownColumn } from '../mapping/columnNames.ts'
import { MAX_COLUMNS, MAX_ROWS } from '../limits.ts'
import { takeApostrophe } from './formulaApostrophe.ts'
import { sniffDelimiter } from './sniffDelimiter.ts'
import { splitDelimited } from './splitDelimited.ts'
import type { ReadingHooks, Table, TableRecord } from './table.ts'

/**
 * Reads CSV, TSV and their like. Lines without any text are no records.
 * @param text UTF-8
 * @throws TuneDeskError dataset/empty, dataset/too-many-rows, dataset/too-many-columns
 */
export async function readDelimited(
  file: string,
  { utf8: text, encoding, isDamaged }: { utf8: Uint8Array; encoding: Encoding; isDamaged: boolean },
  reading: Reading,
  hooks: ReadingHooks,
): Promise<Table> {
  const delimiter = reading.delimiter ?? sniffDelimiter(text)
  const records = (await splitDelimited(text, delimiter, hooks)).filter(
    ({ cells, fault }) => fault !== undefined || cells.some((cell) => cell.trim() !== ''),
  )
  const [first] = records
  if (!first) throw new TuneDeskError('dataset/empty', { file })
  if (records.length > MAX_ROWS) throw new TuneDeskError('dataset/too-many-rows', { file, rows: records.length, limit: MAX_ROWS })
  const header = reading.header ?? looksLikeHeader(records.slice(0, 50).map(({ cells }) => cells))
  const body = header ? records.slice(1) : records
  const width = header ? first.cells.length : body.reduce((most, { cells }) => Math.max(most, cells.length), 0)
  if (width > MAX_COLUMNS) throw new TuneDeskError('dataset/too-many-columns', { file, columns: width, limit: MAX_COLUMNS })
  let apostrophes = 0
  const values = (cells: readonly string[]): string[] =>
    cells.slice(0, width).map((cell) => {
      const plain = takeApostrophe(cell)
      if (plain !== cell) apostrophes++
      return plain
    })
  return {
    kind: 'delimited',
    place: 'line',
    columns: header ? first.cells.map((name) => name.trim()) : new Array<string>(width).fill(''),
    records: body.map(({ line, cells, fault }): TableRecord => {
      if (fault) return { line, values: [], fault }
      // Texts beyond the last column would be lost without a word.
      const isTooWide = cells.slice(width).some((cell) => cell.trim() !== '')
      if (isTooWide) return { line, values: [], fault: { kind: 'extra-cells', cells: cells.length, columns: width } }
      return { line, values: values(cells) }
    }),
    encoding,
    delimiter,
    header,
    sheet: null,
    sheets: [],
    isDamaged,
    apostrophes,
  }
}

/** Longer cells are texts, not names of columns. */
const LONGEST_NAME = 40

/** A number, or the end of a sentence. */
const NO_NAME = /^[\d.,%\s-]+$|[.!?。！？，,]$/u

/**
 * Whether a table's first row names its columns: its cells are short, all different and none empty, and either one of them is a known name, or
 * they are shorter by far than what stands below them.
 */
export function looksLikeHeader([first = [], ...others]: readonly (readonly string[])[]): boolean {
  const names = first.map((cell) => cell.trim())
  if (names.some((name) => isKnownColumn(name))) return names.every((name) => name.length <= LONGEST_NAME)
  if (new Set(names).size < names.length || names.some((name) => name === '' || name.length > LONGEST_NAME)) return false
  if (others.length === 0) return false
  const average = (texts: readonly string[]): number =>
    texts.reduce((sum, { length }) => sum + length, 0) / Math.max(1, texts.length)
  return average(names) * 1.5 < average(others.flat()) && !names.some((name) => NO_NAME.test(name))
}
