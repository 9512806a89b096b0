import { SvelteMap, SvelteSet } from 'svelte/reactivity'
import type { LearnedRow, RowMark } from '../../../src-main/contract/areas/learns.ts'
import type { RowId } from '../../../src-main/contract/areas/rows.ts'
import type { Client } from '../../../src-main/contract/client.ts'

const ROWS_PER_PAGE = 100
/** Beyond these a page that was scrolled past is forgotten. */
const MOST_PAGES = 20

/** The list of rows, read page by page as it is scrolled through. */
export class LearnedRows {
  readonly #client: Client
  readonly #project: string
  readonly #pages = new SvelteMap<number, readonly LearnedRow[]>()
  /** Pages that were read, or are being read, of the rows as they are now. */
  readonly #asked = new SvelteSet<number>()
  /** The two pages looked at last: no screen shows more of them. */
  #lately: number[] = []
  #generation = 0
  #mark: RowMark | null = null
  count = $state(0)
  isKnown = $state(false)

  constructor(client: Client, project: string) {
    this.#client = client
    this.#project = project
  }

  /** Undefined while it is on its way. */
  at(index: number): LearnedRow | undefined {
    return this.#pages.get(Math.floor(index / ROWS_PER_PAGE))?.[index % ROWS_PER_PAGE]
  }

  /** A row is looked at. */
  need(index: number): void {
    const page = Math.floor(index / ROWS_PER_PAGE)
    this.#lately = [...this.#lately.filter((other) => other !== page), page].slice(-2)
    if (!this.#asked.has(page)) void this.#read(page)
  }

  /** The rows have changed, or others are asked for; until they are there, those from before stay. */
  async reload(mark: RowMark | null): Promise<void> {
    if (mark !== this.#mark) {
      this.#pages.clear()
      this.#lately = []
      this.isKnown = false
    }
    this.#mark = mark
    this.#generation++
    this.#asked.clear()
    await Promise.all([0, ...this.#lately.filter((page) => page !== 0)].map((page) => this.#read(page)))
  }

  async locate(id: RowId): Promise<number | null> {
    const { at } = await this.#client.call('learns.locate', { project: this.#project, mark: this.#mark, id })
    return at
  }

  /** Row of a position; read where it is not there yet. */
  async idAt(index: number): Promise<RowId | null> {
    const page = Math.floor(index / ROWS_PER_PAGE)
    if (!this.at(index)) await this.#read(page)
    return this.at(index)?.id ?? null
  }

  async #read(page: number): Promise<void> {
    const generation = this.#generation
    this.#asked.add(page)
    const start = page * ROWS_PER_PAGE
    const range = { project: this.#project, mark: this.#mark, start, end: start + ROWS_PER_PAGE }
    // What goes wrong here has gone wrong for the overview as well, which says so.
    const read = await this.#client.call('learns.rows', range).catch(() => null)
    if (generation !== this.#generation) return
    if (!read) {
      this.#asked.delete(page)
      return
    }
    this.count = read.count
    this.isKnown = true
    // Moved to the end: the pages read last stand last.
    this.#pages.delete(page)
    this.#pages.set(page, read.rows)
    for (const oldest of [...this.#pages.keys()].slice(0, -MOST_PAGES)) {
      if (this.#lately.includes(oldest)) continue
      this.#pages.delete(oldest)
      this.#asked.delete(oldest)
    }
  }
}
