import type { RowId } from '../../../src-main/contract/areas/rows.ts'
import { idSet, toggled, type IdSet } from './idSet.ts'

/** Which rows are selected, and the row from which Shift selects a range. */
export class RowSelection {
  ids: IdSet = $state.raw(idSet())
  /** Position within the view. */
  #anchor = 0

  get count(): number {
    return this.ids.size
  }

  get anchor(): number {
    return this.#anchor
  }

  has(id: RowId): boolean {
    return this.ids.has(id)
  }

  clear(anchor = this.#anchor): void {
    this.#anchor = anchor
    if (this.ids.size > 0) this.ids = idSet()
  }

  only(ids: Iterable<RowId>, anchor = this.#anchor): void {
    this.#anchor = anchor
    this.ids = idSet(ids)
  }

  toggle(id: RowId, anchor: number): void {
    this.#anchor = anchor
    this.ids = toggled(this.ids, id)
  }
}
