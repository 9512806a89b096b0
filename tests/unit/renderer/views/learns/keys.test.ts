import { describe, expect, it } from 'vitest'
import { cellOfKey } from '../../../../../src-renderer/views/learns/cellOfKey.ts'
import { limitOfKey } from '../../../../../src-renderer/views/learns/limitOfKey.ts'
import { nearestInLine } from '../../../../../src-renderer/views/learns/nearestInLine.ts'

describe('the handle of the limit', () => {
  const range = { smallest: 2, end: 40 }

  it('moves by one, by ten with Shift or a page, and to both ends', () => {
    expect(limitOfKey('ArrowRight', false, 20, range)).toBe(21)
    expect(limitOfKey('ArrowDown', true, 20, range)).toBe(10)
    expect(limitOfKey('PageUp', false, 20, range)).toBe(30)
    expect(limitOfKey('Home', false, 20, range)).toBe(2)
    expect(limitOfKey('End', false, 20, range)).toBe(40)
    expect(limitOfKey('ArrowLeft', true, 5, range)).toBe(2)
    expect(limitOfKey('ArrowRight', true, 35, range)).toBe(40)
    expect(limitOfKey('Tab', false, 20, range)).toBeNull()
  })

  it('beyond the longest row only moves back, and never takes a limit down by moving up', () => {
    expect(limitOfKey('ArrowRight', false, 512, range)).toBe(512)
    expect(limitOfKey('ArrowLeft', false, 512, range)).toBe(39)
  })
})

describe('the chosen cell of a batch', () => {
  const size = { lines: 3, length: 25 }

  it('moves to its neighbours and stays within the table', () => {
    expect(cellOfKey('ArrowRight', { line: 0, position: 0 }, size)).toEqual({ line: 0, position: 1 })
    expect(cellOfKey('ArrowLeft', { line: 0, position: 0 }, size)).toEqual({ line: 0, position: 0 })
    expect(cellOfKey('ArrowDown', { line: 2, position: 4 }, size)).toEqual({ line: 2, position: 4 })
    expect(cellOfKey('PageDown', { line: 1, position: 20 }, size)).toEqual({ line: 1, position: 24 })
    expect(cellOfKey('End', { line: 1, position: 2 }, size)).toEqual({ line: 1, position: 24 })
    expect(cellOfKey('a', { line: 1, position: 2 }, size)).toBeNull()
  })
})

describe('the token above and below', () => {
  /** Three lines of three, each 10 wide and 10 high. */
  const tokens = Array.from({ length: 9 }, (_, i) => {
    const [left, top] = [10 * (i % 3), 20 * Math.floor(i / 3)]
    return { left, right: left + 10, top, bottom: top + 10 }
  })

  it('is the nearest of the next line', () => {
    expect(nearestInLine(tokens, 4, 1)).toBe(7)
    expect(nearestInLine(tokens, 4, -1)).toBe(1)
  })

  it('is none where there is no further line', () => {
    expect(nearestInLine(tokens, 7, 1)).toBeNull()
    expect(nearestInLine(tokens, 1, -1)).toBeNull()
  })

  it('of a line that is shorter is its last one', () => {
    expect(nearestInLine(tokens.slice(0, 4), 2, 1)).toBe(3)
  })
})
