import { basename } from 'node:path'
import { TuneDeskError } from '../../contract/error.ts'
import { readFileCapped } from '../../files/readFile.ts'
import { parseJsonRow, splitJsonRows } from './jsonRows.ts'
import { MAX_DATASET_BYTES, MAX_ROWS } from './limits.ts'
import type { Row } from '../../contract/row.ts'
import { FIELD_NAMES, rowFields, type RowReading } from './rowFields.ts'
import type { FieldName } from '../../contract/rowFault.ts'
import type { RowProblem } from './rowProblem.ts'

export interface Dataset {
  /** The good rows, in the file's order. */
  rows: Row[]
  /** Where each good row stands among all rows of the file, good and bad, from 0. */
  indices: number[]
  /** Why the other rows were left out; a row may have several problems. */
  problems: RowProblem[]
  /** Fields that stood under another name, such as `output` for `label`, and in how many rows. */
  aliases: { field: FieldName; name: string; rows: number }[]
  /** Fields that were not read, and in how many rows. */
  unusedFields: { name: string; rows: number }[]
  /** All rows of the file, good and bad. */
  rowCount: number
}

/** A file's content, where it comes from elsewhere than a path. */
export interface NamedBytes {
  name: string
  bytes: Uint8Array
}

/**
 * Reads a dataset: a JSON array, or JSON lines (blank lines do not count), in UTF-8.
 * Bad rows become problems; a `Dataset` without good rows is for the caller to refuse.
 * @throws TuneDeskError dataset/empty, dataset/not-utf-8, dataset/not-json, dataset/not-an-array, dataset/too-many-rows, and what reading a file throws
 */
export async function readRows(source: string | NamedBytes): Promise<Dataset> {
  const { name, bytes } =
    typeof source === 'string' ? { name: basename(source), bytes: await readFileCapped(source, MAX_DATASET_BYTES) } : source
  if (bytes.byteLength > MAX_DATASET_BYTES)
    throw new TuneDeskError('files/too-large', { file: name, size: bytes.byteLength, limit: MAX_DATASET_BYTES })
  const { texts } = splitJsonRows(name, decode(name, bytes))
  if (texts.length === 0) throw new TuneDeskError('dataset/empty', { file: name })
  if (texts.length > MAX_ROWS)
    throw new TuneDeskError('dataset/too-many-rows', { file: name, rows: texts.length, limit: MAX_ROWS })

  const dataset: Dataset = { rows: [], indices: [], problems: [], aliases: [], unusedFields: [], rowCount: texts.length }
  const aliases = new Map<string, Dataset['aliases'][number]>()
  const unused = new Map<string, number>()
  texts.forEach(({ text, line }, index) => {
    const { row, faults, names, unused: unusedNames } = readRow(text)
    if (faults.length > 0) dataset.problems.push(...faults.map((fault) => ({ ...fault, index, line })))
    else {
      dataset.rows.push(row)
      dataset.indices.push(index)
    }
    for (const [field, fieldName] of Object.entries(names) as [FieldName, string][]) {
      if (fieldName === FIELD_NAMES[field][0]) continue
      const alias = aliases.get(fieldName) ?? { field, name: fieldName, rows: 0 }
      aliases.set(fieldName, { ...alias, rows: alias.rows + 1 })
    }
    for (const field of unusedNames) unused.set(field, (unused.get(field) ?? 0) + 1)
  })
  dataset.aliases = [...aliases.values()]
  dataset.unusedFields = [...unused].map(([field, rows]) => ({ name: field, rows }))
  return dataset
}

function decode(name: string, bytes: Uint8Array): string {
  // JSON has no NUL; UTF-16 has one for every Latin character.
  if (bytes.includes(0)) throw new TuneDeskError('dataset/not-utf-8', { file: name })
  let text
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (cause) {
    throw new TuneDeskError('dataset/not-utf-8', { file: name }, { cause })
  }
  if (text.trim() === '') throw new TuneDeskError('dataset/empty', { file: name })
  return text
}

function readRow(text: string): RowReading {
  const parsed = parseJsonRow(text)
  if ('value' in parsed) return rowFields(parsed.value)
  return { row: { instruct: '', input: '', label: '' }, faults: [parsed.fault], names: {}, unused: [] }
}
