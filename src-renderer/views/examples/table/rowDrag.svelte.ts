import type { RowId } from '../../../../src-main/contract/areas/rows.ts'
import type { ExamplesTable } from '../examplesTable.svelte.ts'
import { dropRows } from '../rowCommands.ts'

/** Says that what is dragged are rows of this table. */
const ROWS = 'application/x-tunedesk-rows'

/** Rows that are being dragged to another place. */
export class RowDrag {
  readonly #table: ExamplesTable
  #ids: readonly RowId[] = []
  isOn = $state(false)
  /** In front of which row of the view they would go. */
  at: number | null = $state(null)

  constructor(table: ExamplesTable) {
    this.#table = table
  }

  start = (event: DragEvent): void => {
    const { target, dataTransfer } = event
    const head = target instanceof HTMLElement ? target.closest<HTMLElement>('[data-head]') : null
    const index = head?.closest<HTMLElement>('[data-index]')?.dataset['index']
    const row = index === undefined ? undefined : this.#table.pages.rowAt(Number(index))
    if (!row || !dataTransfer) return
    const { selection } = this.#table
    this.#ids = selection.has(row.id) ? [...selection.ids] : [row.id]
    this.isOn = true
    dataTransfer.effectAllowed = 'move'
    dataTransfer.setData(ROWS, '')
  }

  over = (event: DragEvent & { currentTarget: HTMLElement }): void => {
    if (!this.isOn) return
    event.preventDefault()
    const { scroller, rowPixels, count } = this.#table
    const top = scroller?.querySelector('.body')?.getBoundingClientRect().top ?? 0
    this.at = Math.max(0, Math.min(count, Math.round((event.clientY - top) / rowPixels)))
  }

  leave = (event: DragEvent & { currentTarget: HTMLElement }): void => {
    if (event.relatedTarget instanceof Node && event.currentTarget.contains(event.relatedTarget)) return
    this.at = null
  }

  drop = (event: DragEvent): void => {
    const { at } = this
    if (!this.isOn || at === null) return
    event.preventDefault()
    void this.#table.app.attempt(() => dropRows(this.#table, this.#ids, at))
    this.end()
  }

  end = (): void => {
    this.isOn = false
    this.at = null
  }
}
