import { describe, expect, it } from 'vitest'
import type { RowPage } from '../../../../../src-main/contract/areas/rows.ts'
import { createPageCache, PAGE, type PageCache } from '../../../../../src-renderer/views/examples/pageCache.ts'

const row = (id: number, label = `answer ${id}`): RowPage['rows'][number] => ({
  id,
  instruct: `question ${id}`,
  input: '',
  label,
  heldOut: false,
  position: id,
  findings: [],
})

function take(cache: PageCache, page: number, label?: string, count = 1_000_000): void {
  const rows = Array.from({ length: PAGE }, (_, at) => row(page * PAGE + at, label))
  cache.take(page, { version: 1, count, start: page * PAGE, rows, isExamined: true })
}

describe('rows at hand', () => {
  it('are found by their place', () => {
    const cache = createPageCache()
    take(cache, 3)
    expect(cache.rowAt(3 * PAGE + 7)?.id).toBe(3 * PAGE + 7)
    expect(cache.rowAt(2 * PAGE)).toBeUndefined()
  })

  it('are still shown when they may be out of date, until their page is read anew', () => {
    const cache = createPageCache()
    take(cache, 0, 'before')
    take(cache, 1, 'before')
    cache.age()
    expect([cache.isFresh(0), cache.rowAt(0)?.label]).toEqual([false, 'before'])
    take(cache, 0, 'after')
    expect([cache.rowAt(0)?.label, cache.rowAt(PAGE)?.label]).toEqual(['after', 'before'])
  })

  it('of another view are gone at once', () => {
    const cache = createPageCache()
    take(cache, 0)
    cache.age()
    cache.forgetOld()
    expect(cache.rowAt(0)).toBeUndefined()
  })

  it('behind the last row are gone when there are fewer rows', () => {
    const cache = createPageCache()
    take(cache, 0)
    take(cache, 5)
    cache.age()
    take(cache, 0, 'after', 2 * PAGE)
    expect(cache.rowAt(5 * PAGE)).toBeUndefined()
  })

  it('show a new text before the main process has it, whether or not they are out of date', () => {
    const cache = createPageCache()
    take(cache, 0)
    cache.patch(7, 'label', 'typed')
    cache.age()
    cache.patch(8, 'input', 'typed too')
    expect([cache.rowAt(7)?.label, cache.rowAt(8)?.input, cache.rowAt(9)?.label]).toEqual(['typed', 'typed too', 'answer 9'])
  })

  it('are forgotten where they are far away, so that scrolling through a million rows fills no memory', () => {
    const cache = createPageCache()
    for (let page = 0; page < 500; page++) take(cache, page)
    expect(cache.rows().length).toBeLessThanOrEqual(100 * PAGE)
    expect(cache.rowAt(499 * PAGE)?.id).toBe(499 * PAGE)
    expect(cache.rowAt(0)).toBeUndefined()
  })
})
