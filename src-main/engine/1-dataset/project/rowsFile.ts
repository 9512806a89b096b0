import { createHash } from 'node:crypto'
import { basename } from 'node:path'
import { FIELDS, type Field } from '../../../contract/areas/rows.ts'
import { TuneDeskError } from '../../../contract/error.ts'
import type { Row } from '../../../contract/row.ts'
import { duplicateJsonKey } from '../../../files/duplicateJsonKey.ts'
import { MAX_ROW_CHARACTERS, MAX_ROWS } from '../limits.ts'
import { createPauses } from '../../../files/pauses.ts'
import { rowFields } from '../rowFields.ts'
import { splitJsonArray } from '../splitJsonArray.ts'

/** A millisecond's work or two. */
const BYTES_AT_ONCE = 1_000_000
/** Much more would not fit into the processor's cache. */
const DECODED_AT_ONCE = 50_000

/** A project's rows.jsonl, as the editor reads it: a row may be unfinished there, so an empty answer is one. */
export interface RowsFile {
  rows: Row[]
  /** Where each row stands among all of the file, good and bad, from 0. */
  indices: number[]
  /** Lines, from 1, that are no rows. */
  badLines: number[]
  /** Whether rows have more in the file than a row holds: other fields, or other names. */
  hasMore: boolean
  /** In hexadecimal. */
  sha256: string
}

/** Of pieces one behind another, in hexadecimal; a little at a time, as a file of 100,000 rows takes a tenth of a second. */
export async function sha256(pieces: readonly Uint8Array[]): Promise<string> {
  const hash = createHash('sha256')
  const pause = createPauses()
  for (const piece of pieces)
    for (let start = 0; start < piece.byteLength; start += BYTES_AT_ONCE) {
      hash.update(piece.subarray(start, start + BYTES_AT_ONCE))
      await pause()
    }
  return hash.digest('hex')
}

/**
 * Reads JSON lines, or a JSON array, of rows. No bytes at all are no rows.
 * @throws TuneDeskError dataset/not-json where nothing in it is a row, dataset/too-many-rows
 */
export async function parseRowsFile(path: string, bytes: Uint8Array): Promise<RowsFile> {
  const file: RowsFile = { rows: [], indices: [], badLines: [], hasMore: false, sha256: await sha256([bytes]) }
  const pause = createPauses()
  let index = 0
  for (const { text, line } of rowTexts(bytes)) {
    const reading = text === null ? null : readRow(text)
    if (reading === null) file.badLines.push(line)
    else {
      file.rows.push(reading.row)
      file.indices.push(index)
      file.hasMore ||= reading.hasMore
    }
    if (++index > MAX_ROWS)
      throw new TuneDeskError('dataset/too-many-rows', { file: basename(path), rows: index, limit: MAX_ROWS })
    await pause()
  }
  if (file.rows.length === 0 && file.badLines.length > 0)
    throw new TuneDeskError('dataset/not-json', { file: basename(path), detail: complaintOf(bytes) })
  return file
}

/** rows.jsonl, a few hundred kilobytes at a time. */
export async function printRowsFile(rows: readonly Row[]): Promise<Uint8Array[]> {
  const pieces: Uint8Array[] = []
  const pause = createPauses()
  const encoder = new TextEncoder()
  let lines: string[] = []
  let characters = 0
  const finishPiece = (): void => {
    pieces.push(encoder.encode(lines.join('')))
    lines = []
    characters = 0
  }
  for (const row of rows) {
    const line = `${printRow(row)}\n`
    lines.push(line)
    characters += line.length
    if (characters < 200_000) continue
    finishPiece()
    await pause()
  }
  finishPiece()
  return pieces
}

/** Line by line, so that one that is no UTF-8 (then null) does not spoil the others. */
function* rowTexts(bytes: Uint8Array): Generator<{ text: string | null; line: number }> {
  const array = jsonArray(bytes)
  if (array !== null) {
    yield* splitJsonArray(array)
    return
  }
  let line = 0
  for (const text of lineTexts(bytes)) {
    line++
    if (text?.trim() !== '') yield { text, line }
  }
}

/** Many lines are decoded at once, which takes a fraction of the time, and one by one only where one of them is no UTF-8. */
function* lineTexts(bytes: Uint8Array): Generator<string | null> {
  for (const piece of piecesOfLines(bytes, DECODED_AT_ONCE)) {
    const text = decoded(piece)
    if (text !== null) yield* text.split('\n').map(withoutMark)
    else for (const each of piecesOfLines(piece, 0)) yield decoded(each)
  }
}

/** Parts that end where a line does, each of at least `size` bytes but for the last. */
function* piecesOfLines(bytes: Uint8Array, size: number): Generator<Uint8Array> {
  for (let start = 0; start < bytes.byteLength;) {
    const newline = bytes.indexOf(0x0a, start + size)
    const end = newline < 0 ? bytes.byteLength : newline
    yield bytes.subarray(start, end)
    start = end + 1
  }
}

const UTF_8 = new TextDecoder('utf-8', { fatal: true })

function decoded(bytes: Uint8Array): string | null {
  try {
    return UTF_8.decode(bytes)
  } catch {
    return null
  }
}

/** Files that were put together from several have a byte order mark in front of any line. */
const withoutMark = (line: string): string => (line.startsWith('\ufeff') ? line.slice(1) : line)

/** The whole text where it is a JSON array, as datasets on the web are. */
function jsonArray(bytes: Uint8Array): string | null {
  const first = bytes.findIndex((byte) => !/[\s\ufeff]/.test(String.fromCharCode(byte)) && ![0xef, 0xbb, 0xbf].includes(byte))
  if (bytes[first] !== 0x5b) return null
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    return Array.isArray(JSON.parse(text)) ? text : null
  } catch {
    return null
  }
}

/** What the parser says of the beginning. */
function complaintOf(bytes: Uint8Array): string {
  try {
    return JSON.stringify(JSON.parse(new TextDecoder().decode(bytes.subarray(0, 1_000)).split('\n', 1)[0] ?? ''))
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

/** What `printRow` writes around the three texts. */
const AROUND_TEXTS = ['{"instruct":"', '","input":"', '","label":"', '"}']

/** Whether a line is built as `printRow` builds it: nothing else need be asked then, and nearly every line is. */
function isOurs(line: string): boolean {
  let at = 0
  for (const each of AROUND_TEXTS) {
    if (!line.startsWith(each, at)) return false
    at = closingQuote(line, at + each.length)
  }
  return at === line.length
}

/** The place of the quote that closes a text which begins at `start`; the line's end where none does. */
function closingQuote(line: string, start: number): number {
  for (let quote = line.indexOf('"', start); quote >= 0; quote = line.indexOf('"', quote + 1)) {
    let backslashes = 0
    while (line[quote - 1 - backslashes] === '\\') backslashes++
    if (backslashes % 2 === 0) return quote
  }
  return line.length
}

const printRow = ({ instruct, input, label }: Row): string => JSON.stringify({ instruct, input, label })

function readRow(text: string): { row: Row; hasMore: boolean } | null {
  if (text.length > MAX_ROW_CHARACTERS) return null
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return null
  }
  if (isOurs(text)) return { row: value as Row, hasMore: false }
  if (duplicateJsonKey(text) !== null) return null
  const { faults, names, unused } = rowFields(value)
  const isUnfinished = faults.every(
    ({ kind }) => kind === 'missing-field' || kind === 'empty-field' || kind === 'broken-character',
  )
  if (!isUnfinished || Object.keys(names).length === 0) return null
  const texts = new Map(Object.entries(value as Record<string, unknown>))
  const textOf = (field: Field): string => {
    const found = texts.get(names[field] ?? field)
    return typeof found === 'string' ? found : ''
  }
  const [instruct, input, label] = FIELDS.map(textOf) as [string, string, string]
  return { row: { instruct, input, label }, hasMore: unused.length > 0 }
}
