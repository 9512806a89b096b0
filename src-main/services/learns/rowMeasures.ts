import type { ProjectRow, RowId } from '../../contract/areas/rows.ts'
import type { Row } from '../../contract/row.ts'
import type { RowMeasure } from '../../engine/2-tokens/maskLayout.ts'

/** What the tokenizer said about rows, for as long as their text stays: an edit of one row leaves all others known. */
export class RowMeasures {
  readonly #known = new Map<RowId, { row: Row; measure: RowMeasure }>()

  /** Null where the row has not been measured since its text changed. */
  of(row: ProjectRow): RowMeasure | null {
    const known = this.#known.get(row.id)
    return known && isSameText(known.row, row) ? known.measure : null
  }

  keep(row: ProjectRow, measure: RowMeasure): void {
    this.#known.set(row.id, { row, measure })
  }

  /** Forgets rows that are no longer there, once they are as many as those that are. */
  tidy(rows: readonly ProjectRow[]): void {
    if (this.#known.size <= 2 * rows.length) return
    const ids = new Set(rows.map(({ id }) => id))
    for (const id of this.#known.keys()) if (!ids.has(id)) this.#known.delete(id)
  }
}

const isSameText = (a: Row, b: Row): boolean => a.instruct === b.instruct && a.input === b.input && a.label === b.label
