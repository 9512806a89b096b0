import type { Reading } from '../contract/areas/imports.ts'
import type { Table } from '../engine/1-dataset/tables/table.ts'

/** The file that was read last, so that it is not read anew for each change of what becomes what. */
export interface KeptTable {
  /** @returns what `read` gives, or gave for this very file when it was last read in this way */
  use(file: TableFile, reading: Reading, read: () => Promise<Table>): Promise<Table>
  release(): void
}

export interface TableFile {
  path: string
  /** Bytes. */
  size: number
  /** Milliseconds since 1970. */
  modifiedAt: number
}

/** @param mostBytes a larger file is not kept: its records take several times as much memory as it does */
export function keepTable(mostBytes: number, idleMilliseconds: number): KeptTable {
  let kept: { key: string; table: Table } | null = null
  let idle: NodeJS.Timeout | undefined
  const release = (): void => {
    clearTimeout(idle)
    kept = null
  }
  return {
    async use({ path, size, modifiedAt }, reading, read) {
      const key = JSON.stringify([path, size, modifiedAt, reading])
      const before = kept
      release()
      const table = before?.key === key ? before.table : await read()
      if (size > mostBytes) return table
      kept = { key, table }
      idle = setTimeout(release, idleMilliseconds).unref()
      return table
    },
    release,
  }
}
