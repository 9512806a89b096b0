import type { Field, RowId, RowPage } from '../../../src-main/contract/areas/rows.ts'

export type ShownRow = RowPage['rows'][number]

/** Rows of a page: enough for a screen of one-line rows on a large display, little enough to cross in a few milliseconds. */
export const PAGE = 100
/** Pages kept: what a person has scrolled past lately. Their texts are most of what the window holds. */
const MAX_PAGES = 60

export const pageOf = (index: number): number => Math.floor(index / PAGE)

/** Pages of rows by their numbers. Those that may be out of date are kept until their newer versions are there. */
export interface PageCache {
  rowAt(index: number): ShownRow | undefined
  /** In the view's order. */
  rows(): ShownRow[]
  isFresh(page: number): boolean
  take(page: number, answer: RowPage): void
  /** From now on every page may be out of date. */
  age(): void
  /** Pages that may be out of date are of no use any more. */
  forgetOld(): void
  patch(id: RowId, field: Field, text: string): void
}

export function createPageCache(): PageCache {
  const fresh = new Map<number, readonly ShownRow[]>()
  const old = new Map<number, readonly ShownRow[]>()

  const forgetFarPages = (near: number): void => {
    for (const pages of [old, fresh]) {
      const byDistance = [...pages.keys()].sort((a, b) => Math.abs(a - near) - Math.abs(b - near))
      for (const far of byDistance.slice(MAX_PAGES)) pages.delete(far)
    }
  }

  return {
    rowAt(index) {
      const page = pageOf(index)
      return (fresh.get(page) ?? old.get(page))?.[index - page * PAGE]
    },
    rows: () => [...new Map([...old, ...fresh])].sort(([a], [b]) => a - b).flatMap(([, rows]) => rows),
    isFresh: (page) => fresh.has(page),
    take(page, { rows, count }) {
      fresh.set(page, rows)
      old.delete(page)
      for (const number of old.keys()) if (number * PAGE >= count) old.delete(number)
      forgetFarPages(page)
    },
    age() {
      for (const [page, rows] of fresh) old.set(page, rows)
      fresh.clear()
    },
    forgetOld: () => old.clear(),
    patch(id, field, text) {
      for (const pages of [fresh, old])
        for (const [page, rows] of pages) {
          const at = rows.findIndex((row) => row.id === id)
          const row = rows[at]
          if (row) pages.set(page, rows.with(at, { ...row, [field]: text }))
        }
    },
  }
}
