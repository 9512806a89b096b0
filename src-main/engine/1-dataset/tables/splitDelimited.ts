import type { Delimiter } from '../../../contract/areas/imports.ts'
import type { RowFault } from '../../../contract/rowFault.ts'
import { MAX_CELLS_OF_RECORD, MAX_ROW_CHARACTERS } from '../limits.ts'
import { breathe, type ReadingHooks } from './table.ts'

export interface DelimitedRecord {
  /** The line that it begins in, from 1. */
  line: number
  cells: string[]
  fault?: RowFault
}

/** So much is read before others get their turn: a few milliseconds. */
const BYTES_AT_ONCE = 1_048_576
/** Where more records than that, and more than one in ten, have a quotation mark that nothing closes, the marks mean nothing. */
const MAX_UNCLOSED_QUOTES = 20
const MAX_UNCLOSED_SHARE = 0.1
/** Looking for closing marks may read a text so many times over; then those that are left are taken as they stand. */
const MAX_READINGS = 4

const LINE_FEED = 10
const CARRIAGE_RETURN = 13
const QUOTE = 34

/**
 * The records of a delimited text as RFC 4180 has them: cells may stand in quotation marks, and then hold delimiters, line breaks and doubled
 * quotation marks. What breaks those rules is read as it was most likely meant: a mark in the midst of a cell, or around a part of it, is a
 * character like others; a mark that opens a cell and is never closed costs its own line, not the text behind it. That is why no CSV library does
 * this here: they end where a quotation mark is missing, or swallow what follows.
 * @param text UTF-8
 */
export async function splitDelimited(text: Uint8Array, delimiter: Delimiter, hooks: ReadingHooks): Promise<DelimitedRecord[]> {
  const records = await readAll(text, delimiter, true, hooks)
  const unclosed = records.reduce((count, { fault }) => count + Number(fault?.kind === 'unclosed-quote'), 0)
  const meansNothing = unclosed > MAX_UNCLOSED_QUOTES && unclosed > records.length * MAX_UNCLOSED_SHARE
  return meansNothing ? readAll(text, delimiter, false, hooks) : records
}

/** The first records of a text that may have been cut off. */
export function firstRecords(text: Uint8Array, delimiter: Delimiter, most: number): DelimitedRecord[] {
  const reader = recordReader(text, delimiter, true)
  const records: DelimitedRecord[] = []
  while (records.length < most && !reader.isDone()) records.push(reader.next())
  return records
}

async function readAll(
  text: Uint8Array,
  delimiter: Delimiter,
  hasQuotes: boolean,
  hooks: ReadingHooks,
): Promise<DelimitedRecord[]> {
  const reader = recordReader(text, delimiter, hasQuotes)
  const records: DelimitedRecord[] = []
  let turn = BYTES_AT_ONCE
  while (!reader.isDone()) {
    records.push(reader.next())
    if (reader.place() < turn) continue
    turn = reader.place() + BYTES_AT_ONCE
    hooks.onProgress(reader.place() / text.length)
    await breathe(hooks)
  }
  return records
}

interface RecordReader {
  isDone(): boolean
  next(): DelimitedRecord
  /** How many bytes have been read. */
  place(): number
}

function recordReader(text: Uint8Array, delimiter: Delimiter, hasQuotes: boolean): RecordReader {
  const bytes = Buffer.from(text.buffer, text.byteOffset, text.byteLength)
  const mark = delimiter.charCodeAt(0)
  let place = 0
  let line = 1
  let wasted = 0

  const endsCell = (at: number): boolean => at >= bytes.length || bytes[at] === mark || endsLine(at)
  const endsLine = (at: number): boolean => bytes[at] === LINE_FEED || bytes[at] === CARRIAGE_RETURN
  const isLineEnd = (at: number): boolean =>
    bytes[at] === LINE_FEED || (bytes[at] === CARRIAGE_RETURN && bytes[at + 1] !== LINE_FEED)
  const endOfLine = (from: number): number => {
    let at = from
    while (at < bytes.length && !isLineEnd(at)) at++
    return Math.min(bytes.length, at + 1)
  }

  /** A cell, and where it ends: at a delimiter, a line break or the text's end. Null where its quotation mark is not closed. */
  const readCell = (start: number): { cell: string; end: number } | null => {
    if (hasQuotes && bytes[start] === QUOTE && wasted < bytes.length * MAX_READINGS) {
      const { end, isOneLine, hasDoubled } = closingQuote(start + 1)
      if (end < bytes.length && endsCell(end + 1)) {
        const cell = bytes.toString('utf8', start + 1, end)
        return { cell: hasDoubled ? cell.replaceAll('""', '"') : cell, end: end + 1 }
      }
      if (!isOneLine || end >= bytes.length) {
        wasted += end - start
        return null
      }
    }
    // Quotation marks around a part of the cell only are read with it.
    let end = start
    while (!endsCell(end)) end++
    return { cell: bytes.toString('utf8', start, end), end }
  }

  const closingQuote = (from: number): { end: number; isOneLine: boolean; hasDoubled: boolean } => {
    let isOneLine = true
    let hasDoubled = false
    let end = from
    for (; end < bytes.length; end++) {
      if (endsLine(end)) isOneLine = false
      if (bytes[end] !== QUOTE) continue
      if (bytes[end + 1] !== QUOTE) break
      hasDoubled = true
      end++
    }
    return { end, isOneLine, hasDoubled }
  }

  const readRecord = (): { cells: string[]; fault?: RowFault; end: number } => {
    const cells: string[] = []
    const failed = (fault: RowFault): ReturnType<typeof readRecord> => ({ cells: [], fault, end: endOfLine(place) })
    for (let start = place; ;) {
      const read = readCell(start)
      if (!read) return failed({ kind: 'unclosed-quote' })
      if (read.end - place > MAX_ROW_CHARACTERS)
        return failed({ kind: 'row-too-long', characters: read.end - place, limit: MAX_ROW_CHARACTERS })
      cells.push(read.cell)
      if (cells.length > MAX_CELLS_OF_RECORD)
        return failed({ kind: 'extra-cells', cells: cells.length, columns: MAX_CELLS_OF_RECORD })
      if (bytes[read.end] !== mark) return { cells, end: endOfLine(read.end) }
      start = read.end + 1
    }
  }

  return {
    isDone: () => place >= bytes.length,
    place: () => place,
    next() {
      const { end, ...read } = readRecord()
      const record = { line, ...read }
      for (; place < end; place++) if (isLineEnd(place)) line++
      return record
    },
  }
}
