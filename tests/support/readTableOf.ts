import type { Reading } from '../../src-main/contract/areas/imports.ts'
import { readTable } from '../../src-main/engine/1-dataset/tables/readTable.ts'
import type { Table } from '../../src-main/engine/1-dataset/tables/table.ts'

export const NO_READING_HOOKS = { onProgress: () => undefined, signal: new AbortController().signal }

/** A file of this content as the import reads it. */
export const readTableOf = (content: string | Uint8Array, reading: Reading = {}): Promise<Table> =>
  readTable('file', typeof content === 'string' ? new TextEncoder().encode(content) : content, reading, NO_READING_HOOKS)

export const valuesOf = ({ records }: Table): unknown[][] => records.map(({ values }) => [...values])
