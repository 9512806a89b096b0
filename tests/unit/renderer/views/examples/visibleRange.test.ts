import { describe, expect, it } from 'vitest'
import {
  fittingLines,
  linesOf,
  linesThatFit,
  rowHeight,
  scrollTopToReveal,
  visibleRange,
} from '../../../../../src-renderer/views/examples/visibleRange.ts'

describe('the rows that are drawn', () => {
  it('are those on the screen and some around them, and no more', () => {
    const { start, end } = visibleRange({ scrollTop: 50_000, height: 600 }, 50, 100_000)
    expect([start <= 1_000, end >= 1_012, end - start < 40]).toEqual([true, true, true])
  })

  it('end where the rows end, even where somebody has scrolled beyond rows that are gone', () => {
    expect(visibleRange({ scrollTop: 5_000, height: 600 }, 50, 3)).toEqual({ start: 0, end: 3 })
    expect(visibleRange({ scrollTop: 0, height: 600 }, 50, 0)).toEqual({ start: 0, end: 0 })
  })
})

describe('going to a row', () => {
  it('scrolls as little as it takes to see all of it', () => {
    const screen = { scrollTop: 1_000, height: 500 }
    expect(scrollTopToReveal(25, screen, 50)).toBe(1_000)
    expect(scrollTopToReveal(10, screen, 50)).toBe(500)
    expect(scrollTopToReveal(30, screen, 50)).toBe(1_050)
  })

  it('begins with its first line where it is taller than the screen', () => {
    expect(scrollTopToReveal(3, { scrollTop: 1_000, height: 100 }, 145)).toBe(435)
  })
})

describe('the height of the rows', () => {
  it('stays below what a browser can draw, with as many rows as a project may have', () => {
    expect(linesThatFit(6, 100)).toBe(6)
    expect(rowHeight(linesThatFit(6, 100_000)) * 100_000).toBeLessThan(33_000_000)
    expect(linesThatFit(6, 1_000_000)).toBe(1)
  })

  it('counts lines of Chinese, of Latin letters and of those that the writer broke', () => {
    expect(linesOf('', 200)).toBe(1)
    expect(linesOf('春眠不觉晓处处闻啼鸟', 140)).toBe(1)
    expect(linesOf('春眠不觉晓处处闻啼鸟夜', 140)).toBe(2)
    expect(linesOf('abcdefghijklmnopqrst', 140)).toBe(1)
    expect(linesOf('one\n\ntwo', 200)).toBe(3)
    expect(linesOf('x'.repeat(10_000_000), 200)).toBe(6)
  })

  it('is that of most rows, and leaves room for several', () => {
    const poem = ['写诗', '', '一\n二']
    const essay = ['写文章', '', '一\n二\n三\n四\n五\n六\n七\n八']
    expect(fittingLines([poem, poem, poem, poem, poem, poem, poem, poem, poem, essay], [100, 100, 100])).toBe(2)
    expect(fittingLines([essay, essay], [100, 100, 100])).toBe(4)
  })
})
