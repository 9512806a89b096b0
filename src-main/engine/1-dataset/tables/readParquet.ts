import type { FileMetaData } from 'hyparquet'
import { TuneDeskError } from '../../../contract/error.ts'
import { MAX_COLUMNS, MAX_PARQUET_BYTES, MAX_PARQUET_FOOTER_BYTES, MAX_PARQUET_PAGE_BYTES, MAX_ROWS } from '../limits.ts'
import { packageUrl, runParserThread } from './parserThread.ts'
import type { ReadingHooks, Table, TableRecord } from './table.ts'

/** So many rows are assembled at once. */
const ROWS_AT_ONCE = 5_000
/** Five thousand rows take a fraction of a second. A damaged file can hold the library for ever. */
const SECONDS_PER_MESSAGE = 20

/** Posts rows as arrays, because a column may be called `__proto__`. The footer may claim less than a page's own header, which is what gets allocated. */
const PROGRAM = `
const { parentPort, workerData } = require('node:worker_threads')
const { bytes, count, rowsAtOnce, maxPageBytes } = workerData
const read = async () => {
  const { parquetMetadata, parquetRead } = await import(workerData.hyparquet)
  const { compressors } = await import(workerData.compressors)
  const capped = Object.fromEntries(Object.entries(compressors).map(([codec, decompress]) => [codec, (input, length) => {
    if (length > maxPageBytes) throw Object.assign(new Error('page'), { tooLarge: length })
    return decompress(input, length)
  }]))
  const metadata = parquetMetadata(bytes.buffer)
  for (let rowStart = 0; rowStart < count; rowStart += rowsAtOnce) {
    const onComplete = (rows) => parentPort.postMessage({ rows })
    const rowEnd = Math.min(count, rowStart + rowsAtOnce)
    await parquetRead({ file: bytes.buffer, metadata, compressors: capped, rowStart, rowEnd, onComplete })
  }
}
read().catch((error) => parentPort.postMessage(error.tooLarge ? { tooLarge: error.tooLarge } : { failed: error.message }))
`

/**
 * Reads a Parquet file: all its types, encodings and compressions; lists and structs become arrays and objects.
 * @throws TuneDeskError dataset/damaged, dataset/empty, dataset/too-many-rows, dataset/too-many-columns, dataset/too-large-unpacked
 */
export async function readParquet(file: string, bytes: Uint8Array, hooks: ReadingHooks): Promise<Table> {
  const { columns, count } = await readFooter(file, bytes)
  const records: TableRecord[] = []
  const onMessage = ({ rows }: { rows: unknown[][] }): void => {
    for (const values of rows) records.push({ line: records.length + 1, values: values.map(plainValue) })
    hooks.onProgress(records.length / count)
  }
  const limits = { rowsAtOnce: ROWS_AT_ONCE, maxPageBytes: MAX_PARQUET_PAGE_BYTES }
  const data = { count, ...limits, hyparquet: packageUrl('hyparquet'), compressors: packageUrl('hyparquet-compressors') }
  const thread = { file, program: PROGRAM, data, bytes, limit: MAX_PARQUET_PAGE_BYTES, secondsPerMessage: SECONDS_PER_MESSAGE }
  await runParserThread({ ...thread, onMessage }, hooks)
  if (records.length !== count) throw new TuneDeskError('dataset/damaged', { file, detail: `${records.length} < ${count}` })
  const nothing = { encoding: null, delimiter: null, header: null, sheet: null, sheets: [] }
  return { kind: 'parquet', place: 'record', columns, records, ...nothing, isDamaged: false, apostrophes: 0 }
}

/** What the footer claims, before anything is unpacked. The file ends with its length and the mark with which the file begins. */
async function readFooter(file: string, bytes: Uint8Array): Promise<{ columns: string[]; count: number }> {
  const end = new TextDecoder('latin1').decode(bytes.subarray(-4))
  if (bytes.length < 12 || end !== 'PAR1') throw new TuneDeskError('dataset/damaged', { file, detail: 'PAR1' })
  const footer = new DataView(bytes.buffer, bytes.byteOffset + bytes.length - 8).getUint32(0, true)
  if (footer > Math.min(bytes.length - 12, MAX_PARQUET_FOOTER_BYTES))
    throw new TuneDeskError('dataset/damaged', { file, detail: `footer ${footer}` })
  const { parquetMetadata, parquetSchema } = await import('hyparquet')
  try {
    const metadata = parquetMetadata(new Uint8Array(bytes.subarray(bytes.length - footer - 8)).buffer)
    const columns = parquetSchema(metadata).children.map(({ element }) => element.name)
    return { columns, count: checkSizes(file, metadata, columns.length) }
  } catch (error) {
    if (error instanceof TuneDeskError) throw error
    throw new TuneDeskError('dataset/damaged', { file, detail: error instanceof Error ? error.message : '' }, { cause: error })
  }
}

/** @returns the number of rows */
function checkSizes(file: string, { num_rows, row_groups }: FileMetaData, columns: number): number {
  const count = Number(num_rows)
  if (!(count > 0)) throw new TuneDeskError('dataset/empty', { file })
  if (count > MAX_ROWS) throw new TuneDeskError('dataset/too-many-rows', { file, rows: count, limit: MAX_ROWS })
  if (columns > MAX_COLUMNS) throw new TuneDeskError('dataset/too-many-columns', { file, columns, limit: MAX_COLUMNS })
  const size = row_groups
    .flatMap((group) => group.columns)
    .reduce((sum, { meta_data }) => sum + Number(meta_data?.total_uncompressed_size ?? 0), 0)
  if (size > MAX_PARQUET_BYTES) throw new TuneDeskError('dataset/too-large-unpacked', { file, size, limit: MAX_PARQUET_BYTES })
  return count
}

/** Texts for what has no counterpart in JSON: large integers, dates. */
function plainValue(value: unknown): unknown {
  if (typeof value === 'bigint') return String(value)
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString()
  return value
}
