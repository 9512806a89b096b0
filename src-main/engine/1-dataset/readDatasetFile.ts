import { basename } from 'node:path'
import { FIELDS } from '../../contract/areas/rows.ts'
import { TuneDeskError } from '../../contract/error.ts'
import { readFileCapped } from '../../files/readFile.ts'
import { MAX_DATASET_BYTES } from './limits.ts'
import { mapRecords } from './mapping/mapRecords.ts'
import { describeColumns, recogniseShape } from './mapping/recogniseShape.ts'
import { readRows, type Dataset } from './readRows.ts'
import { FIELD_NAMES } from './rowFields.ts'
import { readTable } from './tables/readTable.ts'

/** Nobody watches, and nobody stops it but by ending the program. */
const UNWATCHED = { onProgress: () => undefined, signal: new AbortController().signal }
/** An error's sentence names the columns, but not thousands of them. */
const NAMED_COLUMNS = 10

/**
 * Reads a dataset of any kind without asking anybody anything: rows in JSON as they stand, and any other table, or any other arrangement in JSON,
 * where the columns' names say what is what. Conversations become one row for each answer.
 * @throws TuneDeskError dataset/unknown-columns, and what `readRows` and `readTable` throw
 */
export async function readDatasetFile(path: string): Promise<Dataset> {
  const file = { name: basename(path), bytes: await readFileCapped(path, MAX_DATASET_BYTES) }
  if (!beginsLikeJson(file.bytes)) return readRecognised(file)
  const dataset = await readRows(file)
  if (dataset.rows.length > 0) return dataset
  // Objects that are no rows may be conversations, or have names in another language. What was found out about rows is told otherwise.
  return readRecognised(file).catch(() => dataset)
}

const beginsLikeJson = (bytes: Uint8Array): boolean =>
  /^[[{]/.test(new TextDecoder().decode(bytes.subarray(0, 1_000)).trimStart())

async function readRecognised({ name, bytes }: { name: string; bytes: Uint8Array }): Promise<Dataset> {
  const table = await readTable(name, bytes, {}, UNWATCHED)
  const { mapping, isCertain } = recogniseShape(table, describeColumns(table))
  if (!isCertain) {
    const names = table.columns.filter((column) => column !== '').slice(0, NAMED_COLUMNS)
    throw new TuneDeskError('dataset/unknown-columns', { file: name, columns: names.join(', ') || '—' })
  }
  const mapped = mapRecords(table, mapping)
  // A row without an answer can be written to its end in the window; here it is of no use.
  const rows = mapped.rows.filter(({ row }) => row.label.trim() !== '')
  const aliases = FIELDS.flatMap((field) => {
    const source = mapping.kind === 'columns' ? mapping[field] : null
    const column = source?.kind === 'column' ? table.columns[source.column] : undefined
    return column === undefined || column === FIELD_NAMES[field][0] ? [] : [{ field, name: column, rows: rows.length }]
  })
  return {
    rows: rows.map(({ row }) => row),
    indices: rows.map(({ index }) => index),
    problems: mapped.problems.map(({ fault, index, line }) => ({ ...fault, index, line })),
    aliases,
    unusedFields: mapped.unused.map(({ name: column, records }) => ({ name: column, rows: records })),
    rowCount: table.records.length,
  }
}
