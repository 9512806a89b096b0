import { stat } from 'node:fs/promises'
import { basename } from 'node:path'
import type { ImportPreview, Mapping, Reading } from '../contract/areas/imports.ts'
import { TuneDeskError } from '../contract/error.ts'
import type { Row } from '../contract/row.ts'
import { MAX_DATASET_BYTES } from '../engine/1-dataset/limits.ts'
import { mapRecords, type MappedTable } from '../engine/1-dataset/mapping/mapRecords.ts'
import { describeColumns, recogniseShape } from '../engine/1-dataset/mapping/recogniseShape.ts'
import { readTable } from '../engine/1-dataset/tables/readTable.ts'
import type { Table } from '../engine/1-dataset/tables/table.ts'
import { cannotRead, readFileCapped } from '../files/readFile.ts'
import type { KeptTable } from './keptTable.ts'

export interface ImportRequest {
  path: string
  reading: Reading
  /** Found out from the columns where there is none. */
  mapping: Mapping | null
}

/** What tells whether a file is still the one that was looked at. */
export interface FileStamp {
  size: number
  /** Milliseconds since 1970. */
  modifiedAt: number
}

/** What is found in a file, but for the name that the window gives to an import. */
export interface ImportReading {
  stamp: FileStamp
  preview: Omit<ImportPreview, 'importId'>
}

interface ImportHooks<Event> {
  onEvent: (event: Event) => void
  signal: AbortSignal
}

export interface ProgressEvent {
  kind: 'progress'
  share: number
}

/** What fits on a screen. */
const PREVIEW_ROWS = 20
const PREVIEW_COLUMNS = 30
/** A few lines of a cell; a row may have megabytes. */
const PREVIEW_CHARACTERS = 600
/** More columns than that are not chosen from in a list. */
const MAX_LISTED_COLUMNS = 500
/** A file that is mapped wrongly may have as many problems as records. */
const MAX_LISTED_PROBLEMS = 500
/** Rows cross to the main process in pieces that it takes in within a few milliseconds. */
const ROWS_AT_ONCE = 1_000
const CHARACTERS_AT_ONCE = 500_000
/** Reading a file is this share of an import's time, mapping and handing over its rows the rest. */
const READING_SHARE = 0.8
/** A bar on a screen has a few hundred positions. */
const PROGRESS_STEP = 0.005

/** Reads a file, unless it is the one that is kept, and shows what would be imported. @throws TuneDeskError dataset/…, files/…, imports/cancelled */
export async function readImport(
  kept: KeptTable,
  request: ImportRequest,
  hooks: ImportHooks<ProgressEvent>,
): Promise<ImportReading> {
  const stamp = await stampOf(request.path)
  const { table, mapping, mapped, ...found } = await readAndMap(kept, { ...request, stamp }, hooks)
  const { kind, place, encoding, delimiter, header, sheet, sheets, apostrophes } = table
  return {
    stamp,
    preview: {
      path: request.path,
      name: basename(request.path),
      ...{ kind, place, encoding, delimiter, header, sheet, sheets, apostrophes },
      shape: found.shape,
      mapping,
      columns: found.columns.slice(0, MAX_LISTED_COLUMNS),
      columnCount: table.columns.length,
      recordCount: table.records.length,
      rowCount: mapped.rows.length,
      rows: mapped.rows.slice(0, PREVIEW_ROWS).map(({ row, line }) => ({ line, row: clippedRow(row) })),
      records: table.records.slice(0, PREVIEW_ROWS).map(({ line, values }) => ({
        line,
        cells: Array.from({ length: Math.min(table.columns.length, PREVIEW_COLUMNS) }, (_, i) => clipped(shown(values[i]))),
      })),
      problems: mapped.problems.slice(0, MAX_LISTED_PROBLEMS).map(({ fault, line, isLeftOut }) => ({ fault, line, isLeftOut })),
      problemCount: mapped.problems.length,
      leftOut: mapped.leftOut,
      unused: mapped.unused.slice(0, MAX_LISTED_COLUMNS),
      conversations: mapped.conversations,
    },
  }
}

/**
 * Hands over the rows of a file that was looked at, which is no longer kept then.
 * @param request `stamp`: the file must still be that one
 * @throws TuneDeskError imports/file-changed, imports/no-rows, and what `readImport` throws
 */
export async function importRows(
  kept: KeptTable,
  request: ImportRequest & { stamp: FileStamp },
  hooks: ImportHooks<ProgressEvent | { kind: 'rows'; rows: Row[] }>,
): Promise<{ added: number; leftOut: number }> {
  const file = basename(request.path)
  const { size, modifiedAt } = await stampOf(request.path)
  if (size !== request.stamp.size || modifiedAt !== request.stamp.modifiedAt)
    throw new TuneDeskError('imports/file-changed', { file })
  const { table, mapped } = await readAndMap(kept, request, hooks)
  if (mapped.rows.length === 0) throw new TuneDeskError('imports/no-rows', { file, records: table.records.length })
  let piece: Row[] = []
  let characters = 0
  for (const [index, { row }] of mapped.rows.entries()) {
    piece.push(row)
    characters += row.instruct.length + row.input.length + row.label.length
    const isLast = index === mapped.rows.length - 1
    if (piece.length < ROWS_AT_ONCE && characters < CHARACTERS_AT_ONCE && !isLast) continue
    hooks.onEvent({ kind: 'rows', rows: piece })
    hooks.onEvent({ kind: 'progress', share: READING_SHARE + ((1 - READING_SHARE) * (index + 1)) / mapped.rows.length })
    ;[piece, characters] = [[], 0]
    // Between two pieces a request to stop can come in.
    await new Promise((resolve) => setImmediate(resolve))
    requireWanted(hooks.signal)
  }
  kept.release()
  return { added: mapped.rows.length, leftOut: mapped.leftOut }
}

async function readAndMap(
  kept: KeptTable,
  { path, reading, mapping, stamp }: ImportRequest & { stamp: FileStamp },
  { onEvent, signal }: ImportHooks<ProgressEvent>,
): Promise<{ table: Table; mapping: Mapping; mapped: MappedTable } & Pick<ImportPreview, 'shape' | 'columns'>> {
  let told = 0
  const onProgress = (share: number): void => {
    if (share * READING_SHARE < told + PROGRESS_STEP) return
    told = share * READING_SHARE
    onEvent({ kind: 'progress', share: told })
  }
  try {
    const table = await kept.use({ path, ...stamp }, reading, async () =>
      readTable(basename(path), await readFileCapped(path, MAX_DATASET_BYTES), reading, { onProgress, signal }),
    )
    const columns = describeColumns(table)
    const recognised = recogniseShape(table, columns)
    const chosen = mapping ?? recognised.mapping
    requireWanted(signal)
    return { table, columns, shape: recognised.shape, mapping: chosen, mapped: mapRecords(table, chosen) }
  } catch (error) {
    requireWanted(signal)
    throw error
  }
}

function requireWanted(signal: AbortSignal): void {
  if (signal.aborted) throw new TuneDeskError('imports/cancelled')
}

async function stampOf(path: string): Promise<FileStamp> {
  try {
    const { size, mtimeMs } = await stat(path)
    return { size, modifiedAt: mtimeMs }
  } catch (error) {
    throw cannotRead(path, error)
  }
}

const clippedRow = ({ instruct, input, label }: Row): Row => ({
  instruct: clipped(instruct),
  input: clipped(input),
  label: clipped(label),
})

/** Never half of a pair of surrogates: it could not cross to the window. */
const clipped = (text: string): string =>
  text.length <= PREVIEW_CHARACTERS ? text : `${text.slice(0, PREVIEW_CHARACTERS).replace(/\p{Surrogate}$/u, '')}…`

/** A value as it stands in its file. */
function shown(value: unknown): string {
  if (value === undefined || value === null) return ''
  return typeof value === 'string' ? value : JSON.stringify(value)
}
