import type { RowId } from '../../../src-main/contract/areas/rows.ts'

/** Rows by their ids. A set is never changed, only followed by another one: with a hundred thousand rows, one signal is cheaper than as many. */
export type IdSet = ReadonlySet<RowId>

export const idSet = (ids: Iterable<RowId> = []): IdSet => new Set(ids)

export function toggled(ids: IdSet, id: RowId): IdSet {
  const others = new Set(ids)
  if (!others.delete(id)) others.add(id)
  return others
}
