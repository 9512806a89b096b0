import { expect, it } from 'vitest'
import {
  formatBytes,
  formatCount,
  formatDuration,
  formatLoss,
  formatParameterCount,
  formatRate,
} from '../../../../src-main/cli/terminal/format.ts'

it.each([
  [0.04, '0 s'],
  [0.84, '0.8 s'],
  [9.97, '10 s'],
  [42.4, '42 s'],
  [60, '1 min'],
  [200, '3 min 20 s'],
  [7499, '2 h 5 min'],
  [3600, '1 h'],
])('%d seconds are %s', (seconds, text) => {
  expect(formatDuration(seconds, 'en')).toBe(text)
})
it('says durations in Chinese', () => expect(formatDuration(200, 'zh')).toBe('3 分 20 秒'))

it.each([
  [5.2134, '5.213'],
  [12.345, '12.35'],
  [0.01234, '0.0123'],
  [0.00001, '1.0e-5'],
  [0, '0.0000'],
  [NaN, 'NaN'],
])('a loss of %d reads %s', (value, text) => expect(formatLoss(value)).toBe(text))

it.each([
  [5e-5, '5e-5'],
  [0.001, '0.001'],
  [0, '0'],
  [3.33333e-5, '3.33e-5'],
])('a learning rate of %d reads %s', (value, text) => expect(formatRate(value)).toBe(text))

it.each([
  [999, '999 B'],
  [1_500, '1.5 KB'],
  [25_276_514_304, '25.3 GB'],
  [123_456_789_000, '123 GB'],
])('%d bytes are %s', (bytes, text) => expect(formatBytes(bytes)).toBe(text))

it('counts by thousands and models by millions', () => {
  expect(formatCount(1234.5)).toBe('1,235')
  expect(formatParameterCount(5_200_000)).toBe('5.2M')
  expect(formatParameterCount(494_032_768)).toBe('494M')
  expect(formatParameterCount(1_540_000_000)).toBe('1.5B')
})
