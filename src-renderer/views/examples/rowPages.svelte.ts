import type { Field, RowId, RowPage, RowView } from '../../../src-main/contract/areas/rows.ts'
import { createPageCache, PAGE, pageOf, type ShownRow } from './pageCache.ts'
import { createReadings } from './readings.ts'

/** More at once would only queue up behind each other. */
const MAX_READING = 3

export type ReadPage = (view: RowView, start: number, end: number) => Promise<RowPage>

/**
 * The rows of a view, read page by page as they come near the screen. A page that may be out of date is shown until its
 * newer version is there, so that nothing flashes empty.
 */
export class RowPages {
  readonly #read: ReadPage
  readonly #tellError: (error: unknown) => void
  readonly #cache = createPageCache()
  #readings = createReadings()
  #wanted = { start: 0, end: 0 }
  #isHeld = false
  /** Whether what is at hand is still of the view before. */
  #isOtherView = false
  /** Grows with every change of what is at hand. */
  #changes = $state(0)
  #view: RowView = $state.raw({})
  /** How many rows the view has; null until the first page is there. */
  count: number | null = $state(null)
  /** Whether all findings of the rows that were read last are known. */
  isExamined = $state(true)

  constructor(read: ReadPage, tellError: (error: unknown) => void) {
    this.#read = read
    this.#tellError = tellError
  }

  get view(): RowView {
    return this.#view
  }

  /** @returns undefined where the row has not been read yet */
  rowAt(index: number): ShownRow | undefined {
    return this.#changes >= 0 ? this.#cache.rowAt(index) : undefined
  }

  /** The rows that have been read and are still kept, in the view's order. */
  atHand(): ShownRow[] {
    return this.#changes >= 0 ? this.#cache.rows() : []
  }

  /** Says which rows are on the screen: they and those around them are read, the nearest first. */
  want(start: number, end: number): void {
    this.#wanted = { start, end }
    this.#readOn()
  }

  /** Another view: its rows take the place of those before once they are there. */
  show(view: RowView): void {
    this.#view = view
    this.#isOtherView = true
    this.#wanted = { start: 0, end: this.#wanted.end - this.#wanted.start }
    this.#renew()
  }

  /** What was read may be out of date. */
  renew(): void {
    if (!this.#isHeld) this.#renew()
  }

  /** While a text is being written, its row stays where it is, even where it no longer belongs to the view. */
  hold(isHeld: boolean): void {
    if (this.#isHeld === isHeld) return
    this.#isHeld = isHeld
    if (!isHeld) this.#renew()
  }

  /** Shows a text at once that is on its way to the main process. */
  patch(id: RowId, field: Field, text: string): void {
    this.#cache.patch(id, field, text)
    this.#changes++
  }

  /** Reads a row that must be there as it is now, if it is not. */
  async load(index: number): Promise<void> {
    const page = pageOf(index)
    for (;;) {
      const readings = this.#readings
      if (this.#cache.isFresh(page)) return
      await (readings.get(page) ?? this.#start(page))
      if (readings === this.#readings) return
    }
  }

  /** Rows of a range as they are now, whether or not they are at hand. */
  async range(start: number, end: number): Promise<readonly ShownRow[]> {
    const parts: Promise<RowPage>[] = []
    for (let from = start; from < end; from += PAGE) parts.push(this.#read(this.#view, from, Math.min(end, from + PAGE)))
    return (await Promise.all(parts)).flatMap(({ rows }) => rows)
  }

  #renew(): void {
    // Answers that are still on their way are worthless now.
    this.#readings = createReadings()
    this.#cache.age()
    this.#readOn()
  }

  #readOn(): void {
    while (this.#readings.count() < MAX_READING) {
      const page = this.#next()
      if (page === undefined) return
      void this.#start(page)
    }
  }

  /** The page that should be read now: of those on the screen, then of those beside them. */
  #next(): number | undefined {
    const first = pageOf(this.#wanted.start)
    const last = Math.max(first, pageOf(this.#wanted.end - 1))
    const pages = Array.from({ length: last - first + 1 }, (_, at) => first + at)
    // The rows after are wanted more often than those before.
    pages.push(last + 1, first - 1)
    const isThere = (page: number): boolean => page === 0 || (page > 0 && page * PAGE < (this.count ?? 0))
    return pages.find((page) => isThere(page) && !this.#cache.isFresh(page) && !this.#readings.get(page))
  }

  #start(page: number): Promise<void> {
    const readings = this.#readings
    return readings.add(page, async () => {
      try {
        const answer = await this.#read(this.#view, page * PAGE, (page + 1) * PAGE)
        if (readings === this.#readings) this.#take(page, answer)
      } catch (error) {
        // Said once; the next scrolling or change tries again.
        if (readings === this.#readings) this.#tellError(error)
        return
      } finally {
        readings.remove(page)
      }
      this.#readOn()
    })
  }

  #take(page: number, answer: RowPage): void {
    if (this.#isOtherView) this.#cache.forgetOld()
    this.#isOtherView = false
    this.#cache.take(page, answer)
    this.count = answer.count
    this.isExamined = answer.isExamined
    this.#changes++
  }
}
