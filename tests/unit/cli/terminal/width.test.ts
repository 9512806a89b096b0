import { describe, expect, it } from 'vitest'
import { displayWidth, padEnd, padStart, truncate } from '../../../../src-main/cli/terminal/width.ts'

describe('displayWidth', () => {
  it.each([
    ['abc', 3],
    ['红绫缠腕', 8],
    ['，。「」', 8],
    ['ｆｕｌｌ', 8],
    ['한글', 4],
    ['ひらがな', 8],
    ['𠀀', 2],
    ['café', 4],
    ['cafe\u0301', 4],
    ['🙂', 2],
    ['👩‍👩‍👧', 2],
    ['❤️', 2],
    ['… · “”', 6],
    ['\x1b[1m红\x1b[22m', 2],
    ['⠿⡇', 2],
    ['', 0],
  ])('%s takes %i columns', (text, width) => {
    expect(displayWidth(text)).toBe(width)
  })
})

describe('padding and cutting', () => {
  it('pads by columns, not by characters', () => {
    expect(padEnd('红绫', 6)).toBe('红绫  ')
    expect(padStart('红绫', 6)).toBe('  红绫')
    expect(padEnd('红绫', 3)).toBe('红绫')
  })
  it('cuts to columns, never through a wide character', () => {
    expect(truncate('红绫缠腕', 8)).toBe('红绫缠腕')
    expect(truncate('红绫缠腕', 7)).toBe('红绫缠…')
    expect(truncate('红绫缠腕', 6)).toBe('红绫…')
    expect(truncate('红绫缠腕', 0)).toBe('')
    expect(displayWidth(truncate('红绫缠腕', 6))).toBeLessThanOrEqual(6)
  })
})
