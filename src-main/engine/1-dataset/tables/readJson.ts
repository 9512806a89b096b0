import type { Encoding } from '../../../contract/areas/imports.ts'
import { TuneDeskError } from '../../../contract/error.ts'
import { parseJsonRow, splitJsonRows } from '../jsonRows.ts'
import { MAX_COLUMNS, MAX_ROWS } from '../limits.ts'
import { jsonKind } from '../rowProblem.ts'
import { breathe, type ReadingHooks, type Table, type TableRecord } from './table.ts'

/** So many rows are parsed before others get their turn. */
const ROWS_AT_ONCE = 2_000

/**
 * Reads a JSON array or JSON lines. The keys of all objects are the columns, in the order in which they are met. Objects that all begin in one
 * line, as programs write an array, are counted.
 * @throws TuneDeskError dataset/empty, dataset/not-json, dataset/not-an-array, dataset/too-many-rows, dataset/too-many-columns
 */
export async function readJson(
  file: string,
  { utf8, encoding, isDamaged }: { utf8: Uint8Array; encoding: Encoding; isDamaged: boolean },
  hooks: ReadingHooks,
): Promise<Table> {
  const { kind, texts } = splitJsonRows(file, unwrap(new TextDecoder().decode(utf8)))
  if (texts.length === 0) throw new TuneDeskError('dataset/empty', { file })
  if (texts.length > MAX_ROWS) throw new TuneDeskError('dataset/too-many-rows', { file, rows: texts.length, limit: MAX_ROWS })
  // A map, because a key may be called `__proto__`.
  const columns = new Map<string, number>()
  const records: TableRecord[] = []
  const place = kind === 'json' && texts.every(({ line }) => line === texts[0]?.line) ? 'record' : 'line'
  for (const { text, line } of texts) {
    records.push(readRecord(text, place === 'line' ? line : records.length + 1, columns))
    if (columns.size > MAX_COLUMNS)
      throw new TuneDeskError('dataset/too-many-columns', { file, columns: columns.size, limit: MAX_COLUMNS })
    if (records.length % ROWS_AT_ONCE === 0) {
      hooks.onProgress(records.length / texts.length)
      await breathe(hooks)
    }
  }
  return {
    kind,
    place,
    columns: [...columns.keys()],
    records,
    encoding,
    delimiter: null,
    header: null,
    sheet: null,
    sheets: [],
    isDamaged,
    apostrophes: 0,
  }
}

function readRecord(text: string, line: number, columns: Map<string, number>): TableRecord {
  const parsed = parseJsonRow(text)
  if (!('value' in parsed)) return { line, values: [], fault: parsed.fault }
  const kind = jsonKind(parsed.value)
  if (kind !== 'object') return { line, values: [], fault: { kind: 'not-an-object', found: kind } }
  const values: unknown[] = []
  for (const [name, value] of Object.entries(parsed.value as object)) {
    const column = columns.get(name) ?? columns.size
    columns.set(name, column)
    values[column] = value
  }
  return { line, values }
}

/**
 * Lists of rows are often the only list in an object, as `{"version": …, "data": […]}`: then that list is the file, whose lines are no longer
 * known.
 */
function unwrap(text: string): string {
  if (!text.trimStart().startsWith('{')) return text
  let whole: unknown
  try {
    whole = JSON.parse(text)
  } catch {
    return text // JSON lines, or broken: both are looked at where rows are split
  }
  const lists = Object.values(whole as object).filter(
    (value): value is unknown[] => Array.isArray(value) && value.length > 0 && value.every((each) => jsonKind(each) === 'object'),
  )
  const [list] = lists
  // A single row may have a list of its own: the messages of one conversation.
  const isMessages = list?.every((each) => ['role', 'from'].some((name) => Object.hasOwn(each as object, name))) ?? false
  return lists.length === 1 && list && !isMessages ? JSON.stringify(list) : text
}
