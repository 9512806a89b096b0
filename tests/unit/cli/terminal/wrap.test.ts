import { describe, expect, it } from 'vitest'
import { fc, test } from '@fast-check/vitest'
import { wrap } from '../../../../src-main/cli/terminal/wrap.ts'
import { displayWidth } from '../../../../src-main/cli/terminal/width.ts'

describe('wrap', () => {
  it('breaks English between words', () => {
    expect(wrap('the quick brown fox', 10)).toEqual(['the quick', 'brown fox'])
  })
  it('breaks Chinese between characters and never before a closing mark or behind an opening one', () => {
    expect(wrap('红绫缠腕，风火踏浪。', 8)).toEqual(['红绫缠', '腕，风火', '踏浪。'])
    expect(wrap('他说「不屈不悔」', 6)).toEqual(['他说', '「不屈', '不悔」'])
  })
  it('keeps Latin words whole within Chinese', () => {
    expect(wrap('用 tunedesk 训练', 8)).toEqual(['用', 'tunedesk', '训练'])
  })
  it('keeps line breaks, and colours where they stand', () => {
    expect(wrap('a\nb', 10)).toEqual(['a', 'b'])
    expect(wrap('\x1b[1mone two\x1b[22m', 4)).toEqual(['\x1b[1mone', 'two\x1b[22m'])
  })
  it('leaves a word alone that is wider than the line', () => {
    expect(wrap('a incomprehensible b', 5)).toEqual(['a', 'incomprehensible', 'b'])
  })
  test.prop([
    fc.array(fc.constantFrom('红', '，', 'ab ', 'c', ' ', '“', '”', '🙂'), { maxLength: 40 }),
    fc.integer({ min: 8, max: 30 }),
  ])('loses nothing but spaces', (parts, width) => {
    const text = parts.join('')
    expect(wrap(text, width).join('').replaceAll(' ', '')).toBe(text.replaceAll(' ', ''))
  })
  test.prop([fc.array(fc.constantFrom('红', '绫', 'ab ', 'c '), { maxLength: 40 }), fc.integer({ min: 4, max: 30 })])(
    'keeps to the width where every part fits',
    (parts, width) => {
      for (const line of wrap(parts.join(''), width)) expect(displayWidth(line)).toBeLessThanOrEqual(width)
    },
  )
})
