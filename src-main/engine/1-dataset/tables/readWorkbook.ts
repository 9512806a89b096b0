import type { Reading } from '../../../contract/areas/imports.ts'
import { TuneDeskError } from '../../../contract/error.ts'
import { MAX_COLUMNS, MAX_ROWS, MAX_WORKBOOK_BYTES } from '../limits.ts'
import { checkZip } from './checkZip.ts'
import { looksLikeHeader } from './readDelimited.ts'
import { packageUrl, runParserThread } from './parserThread.ts'
import { breathe, type ReadingHooks, type Table, type TableRecord } from './table.ts'

/** Excel's format for dates in the computer's own way; without a computer of its own a file gets the international one. */
const DATE_FORMAT = 'yyyy-mm-dd'
/** A sheet is parsed in one go: 100,000 rows take some ten seconds. */
const SECONDS_PER_MESSAGE = 180

/**
 * `dense` keeps a sheet's rows under the name '!data' (SheetJS, "Dense Mode"). The format "General" would show only eleven digits of a number.
 */
const PROGRAM = `
const { parentPort, workerData } = require('node:worker_threads')
const { bytes, wanted, dateFormat, maxRows } = workerData
const textOf = (cell) => {
  if (cell?.v === undefined || cell.t === 'z') return ''
  if (cell.t === 'n' && (cell.z === undefined || cell.z === 'General')) return String(cell.v)
  return cell.w ?? String(cell.v)
}
const read = async () => {
  const xlsx = await import(workerData.xlsx)
  const open = (options) => (xlsx.read ?? xlsx.default.read)(bytes, { type: 'array', ...options })
  const { SheetNames: sheets } = open({ bookSheets: true })
  const rowsOf = (index) => {
    const options = { cellFormula: false, cellHTML: false, cellNF: true, dense: true, dateNF: dateFormat, sheetRows: maxRows }
    return open({ ...options, sheets: index }).Sheets[sheets[index]]?.['!data'] ?? []
  }
  const hasText = (rows) => rows.some((row) => row && Array.from(row, textOf).some((text) => text.trim() !== ''))
  let index = wanted === null ? 0 : sheets.indexOf(wanted)
  if (index < 0 || sheets.length === 0) return parentPort.postMessage({ sheets, sheet: null })
  let rows = rowsOf(index)
  while (wanted === null && !hasText(rows) && index < sheets.length - 1) rows = rowsOf(++index)
  // An empty sheet after all: the first one is shown.
  if (wanted === null && !hasText(rows)) index = 0
  parentPort.postMessage({ sheets, sheet: sheets[index] })
  for (let start = 0; start < rows.length; start += 5000) {
    const piece = []
    for (let i = start; i < Math.min(rows.length, start + 5000); i++) if (rows[i]) piece.push({ line: i + 1, texts: Array.from(rows[i], textOf) })
    parentPort.postMessage({ rows: piece })
  }
}
read().catch((error) => parentPort.postMessage({ failed: error.message }))
`

/** Rows with texts that are looked at for a header. */
const HEADER_ROWS = 50

/**
 * Reads one sheet of an Excel workbook, the first one that is not empty where none is asked for: its cells' texts as Excel shows them, numbers with all their digits. Rows without any text are no records.
 * @throws TuneDeskError dataset/damaged, dataset/zip-bomb, dataset/not-a-workbook, dataset/no-such-sheet, dataset/too-many-rows, dataset/too-many-columns
 */
export async function readWorkbook(file: string, bytes: Uint8Array, reading: Reading, hooks: ReadingHooks): Promise<Table> {
  const parts = await checkZip(file, bytes)
  if (!parts.some((part) => /^xl\/workbook\.xml$/i.test(part))) throw new TuneDeskError('dataset/not-a-workbook', { file })
  hooks.onProgress(0.1)
  await breathe(hooks)
  const { sheets, sheet, rows: all } = await readSheet(file, bytes, reading.sheet, hooks)
  hooks.onProgress(0.9)
  const rows = all.filter(({ texts }) => texts.some((text) => text.trim() !== ''))
  // An empty sheet is a table without rows, so that another one can be chosen.
  const first = rows[0] ?? { line: 1, texts: [] }
  if (rows.length > MAX_ROWS) throw new TuneDeskError('dataset/too-many-rows', { file, rows: rows.length, limit: MAX_ROWS })
  const width = rows.reduce((most, { texts }) => Math.max(most, texts.length), 0)
  if (width > MAX_COLUMNS) throw new TuneDeskError('dataset/too-many-columns', { file, columns: width, limit: MAX_COLUMNS })
  const header = reading.header ?? looksLikeHeader(rows.slice(0, HEADER_ROWS).map(({ texts }) => texts))
  return {
    kind: 'xlsx',
    place: 'row',
    columns: Array.from({ length: width }, (_, i) => (header ? (first.texts[i] ?? '').trim() : '')),
    records: (header ? rows.slice(1) : rows).map(({ line, texts }): TableRecord => ({ line, values: texts })),
    encoding: null,
    delimiter: null,
    header,
    sheet,
    sheets,
    isDamaged: false,
    apostrophes: 0,
  }
}

/** A row of a sheet that has cells, by its number from 1. */
interface SheetRow {
  line: number
  texts: string[]
}

type SheetMessage = { sheets: string[]; sheet: string | null } | { rows: SheetRow[] }

async function readSheet(
  file: string,
  bytes: Uint8Array,
  wanted: string | undefined,
  hooks: ReadingHooks,
): Promise<{ sheets: string[]; sheet: string; rows: SheetRow[] }> {
  let found: { sheets: string[]; sheet: string | null } = { sheets: [], sheet: null }
  const rows: SheetRow[] = []
  const onMessage = (message: SheetMessage): void => {
    if ('sheets' in message) found = message
    else for (const row of message.rows) rows.push(row)
  }
  // One row more than may be there, so that a sheet with too many is seen.
  const data = { xlsx: packageUrl('@e965/xlsx'), wanted: wanted ?? null, dateFormat: DATE_FORMAT, maxRows: MAX_ROWS + 1 }
  const thread = { file, program: PROGRAM, data, bytes, limit: MAX_WORKBOOK_BYTES, secondsPerMessage: SECONDS_PER_MESSAGE }
  await runParserThread({ ...thread, onMessage }, hooks)
  const { sheets, sheet } = found
  if (sheet === null) throw new TuneDeskError('dataset/no-such-sheet', { file, sheet: wanted ?? '' })
  return { sheets, sheet, rows }
}
