import type { Delimiter, Encoding, FileKind, Place } from '../../../contract/areas/imports.ts'
import type { RowFault } from '../../../contract/rowFault.ts'

/** One record of a file: a line of a table, an object of a JSON list. */
export interface TableRecord {
  /** Where it begins, from 1: the table's `place` says what is counted. */
  line: number
  /** A value for each column by its position; undefined, or beyond the end, where the record has none. */
  values: readonly unknown[]
  /** Why nothing can be read from it. */
  fault?: RowFault
}

/** A file's content before anything is known about its meaning. */
export interface Table {
  kind: FileKind
  place: Place
  /** As they stand in the file: empty or repeated names stay. */
  columns: string[]
  records: TableRecord[]
  encoding: Encoding | null
  delimiter: Delimiter | null
  header: boolean | null
  sheet: string | null
  sheets: string[]
  /** Whether bytes that are no characters of the encoding became U+FFFD. */
  isDamaged: boolean
  /** Cells whose apostrophe before a formula's sign was taken away. */
  apostrophes: number
}

/** What readers of large files tell while they work, and what can stop them. */
export interface ReadingHooks {
  /** A share from 0 to 1. */
  onProgress: (share: number) => void
  signal: AbortSignal
}

/** Lets other work of the process go on, then goes on itself unless it was stopped. @throws what the signal was aborted with */
export async function breathe({ signal }: ReadingHooks): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve))
  signal.throwIfAborted()
}
