import { basename } from 'node:path'
import { TuneDeskError } from '../../contract/error.ts'
import { duplicateJsonKey } from '../../files/duplicateJsonKey.ts'
import { readFileCapped } from '../../files/readFile.ts'
import { MAX_DATASET_BYTES, MAX_ROW_CHARACTERS, MAX_ROWS } from './limits.ts'
import type { Row } from './row.ts'
import { FIELD_NAMES, rowFields, type RowReading } from './rowFields.ts'
import { jsonKind, type FieldName, type RowFault, type RowProblem } from './rowProblem.ts'
import { splitJsonArray, type RowText } from './splitJsonArray.ts'

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
  const texts = splitRows(name, decode(name, bytes))
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

/** The texts of a file's rows. JSON or JSON lines is told by what parses, not by the file's name. */
function splitRows(name: string, text: string): RowText[] {
  const whole = parse(text)
  if ('value' in whole && Array.isArray(whole.value)) return splitJsonArray(text)
  const lines = text
    .split('\n')
    .map((line, index) => ({ text: line, line: index + 1 }))
    .filter(({ text: line }) => line.trim() !== '')
  const objects = (some: RowText[]): boolean => some.some((each) => isObject(parse(each.text)))
  if ('value' in whole && lines.length > 1)
    throw new TuneDeskError('dataset/not-an-array', { file: name, found: jsonKind(whole.value) })
  // A broken array's last element stands on a line of its own: what begins like an array is lines only if its first line is whole.
  const isBrokenArray = text.trimStart().startsWith('[') && 'detail' in parse(lines[0]?.text ?? '')
  if (isBrokenArray || !objects(lines)) {
    if ('value' in whole) throw new TuneDeskError('dataset/not-an-array', { file: name, found: jsonKind(whole.value) })
    throw new TuneDeskError('dataset/not-json', { file: name, detail: whole.detail })
  }
  return lines
}

function readRow(text: string): RowReading {
  const failed = (fault: RowFault): RowReading => ({
    row: { instruct: '', input: '', label: '' },
    faults: [fault],
    names: {},
    unused: [],
  })
  if (text.length > MAX_ROW_CHARACTERS)
    return failed({ kind: 'row-too-long', characters: text.length, limit: MAX_ROW_CHARACTERS })
  const parsed = parse(text)
  if (!('value' in parsed)) return failed({ kind: 'broken-json', detail: parsed.detail })
  const key = duplicateJsonKey(text)
  return key === null ? rowFields(parsed.value) : failed({ kind: 'duplicate-key', key })
}

/** A text's value, or what is wrong with it; a text nested too deeply for the parser counts as broken. */
function parse(text: string): { value: unknown } | { detail: string } {
  try {
    return { value: JSON.parse(text) as unknown }
  } catch (error) {
    return { detail: error instanceof Error ? error.message : String(error) }
  }
}

const isObject = (parsed: ReturnType<typeof parse>): boolean => 'value' in parsed && jsonKind(parsed.value) === 'object'
