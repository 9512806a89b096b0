import { describe, expect, it } from 'vitest'
import { translate } from '../../../../src-renderer/i18n/translation.ts'

const en = translate('en')
const zh = translate('zh')
/** Spaces of every kind as one. */
const plain = (text: string): string => text.replace(/\s/gu, ' ')
/** 秒 and 秒钟 are both right; which of them it is depends on the version of the language's data. */
const inChinese = (text: string): string => text.replace(/\s/gu, '').replace('秒钟', '秒')

describe('durations', () => {
  it.each([
    [0, '0 seconds', '0秒'],
    [1, '1 second', '1秒'],
    [59.4, '59 seconds', '59秒'],
    [60, '1 minute', '1分钟'],
    [3600, '1 hour', '1小时'],
    [4800, '1 hour 20 minutes', '1小时20分钟'],
    [90_000, '1 day 1 hour', '1天1小时'],
    [-5, '0 seconds', '0秒'],
  ])('%s s', (seconds, english, chinese) => {
    expect(plain(en.duration(seconds))).toBe(english)
    expect(inChinese(zh.duration(seconds))).toBe(chinese)
  })

  it('are never sixty minutes', () => {
    expect(en.duration(3599)).toBe('1 hour')
    expect(en.duration(3 * 3600 - 1)).toBe('3 hours')
  })
})

describe('ranges', () => {
  it.each([
    [{ low: 20, high: 40 }, /^20\D+40 seconds$/, /^20\D+40秒$/],
    [{ low: 30, high: 30 }, /^30 seconds$/, /^30秒$/],
    [{ low: 150, high: 300 }, /^3\D+5 minutes$/, /^3\D+5分钟$/],
    [{ low: 4500, high: 7200 }, /^1\.3\D+2 hours$/, /^1\.3\D+2小时$/],
  ])('%o', (range, english, chinese) => {
    expect(plain(en.durationRange(range))).toMatch(english)
    expect(inChinese(zh.durationRange(range))).toMatch(chinese)
  })
})

describe('numbers', () => {
  it('of bytes are in the unit that fits', () => {
    expect([0, 999, 1000, 1_500_000, 12_300_000_000].map((bytes) => plain(en.bytes(bytes)))).toEqual([
      '0 byte',
      '999 byte',
      '1 kB',
      '1.5 MB',
      '12 GB',
    ])
    expect(plain(zh.bytes(1_500_000)).replaceAll(' ', '')).toMatch(/^1\.5(MB|兆字节)$/)
  })

  it('that are very small are not shown as 0', () => {
    expect(en.fine(0.00005)).toBe('5E-5')
    expect(en.fine(0)).toBe('0')
    expect(en.fine(1.23456)).toBe('1.235')
  })

  it('of parameters are in words of the language', () => {
    expect(en.roughInWords(1_400_000_000)).toBe('1.4B')
    expect(zh.roughInWords(1_400_000_000)).toBe('14亿')
  })
})

describe('texts', () => {
  it('choose the form that the count asks for', () => {
    expect(en.text('examples.count', { count: 1 })).toBe('1 row')
    expect(en.text('examples.count', { count: 0 })).toBe('0 rows')
    expect(en.text('examples.count', { count: 12_345 })).toBe('12,345 rows')
    expect(zh.text('examples.count', { count: 1 })).toBe(zh.text('examples.count', { count: 2 }).replace('2', '1'))
  })

  it('put in what is given as it stands, even where it looks like a place for something', () => {
    expect(en.text('train.run-number', { number: '{number}' })).toBe('Run {number}')
    expect(en.text('train.discard-title', { name: '$& <b>' })).toBe('Discard “$& <b>”?')
  })
})
