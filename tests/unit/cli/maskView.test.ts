import { PassThrough } from 'node:stream'
import { expect, it } from 'vitest'
import type { MaskedToken } from '../../../src-main/contract/maskedToken.ts'
import { maskLegend, maskLines } from '../../../src-main/cli/maskView.ts'
import { messagesIn } from '../../../src-main/cli/messages/message.ts'
import { openTerminal } from '../../../src-main/cli/terminal/terminal.ts'
import { displayWidth } from '../../../src-main/cli/terminal/width.ts'

const plain = openTerminal(new PassThrough(), {})
const coloured = openTerminal(new PassThrough(), { FORCE_COLOR: '1' })

const tokens: Pick<MaskedToken, 'text' | 'reason'>[] = [
  { text: '哪吒', reason: 'given' },
  { text: '降世\n', reason: 'given' },
  { text: '红绫', reason: 'learned' },
  { text: '缠腕', reason: 'learned' },
  { text: '<end>', reason: 'end-mark' },
  { text: '不屈', reason: 'cut-off' },
]

it('says with brackets what colours would, where there are none', () => {
  expect(maskLines(tokens, 40, plain)).toEqual(['哪吒降世⏎', '[红绫缠腕]{<end>}~不屈~'])
})

it('breaks lines at the width, inside tokens too', () => {
  const lines = maskLines([{ text: '红绫缠腕风火踏浪', reason: 'learned' }], 7, coloured)
  expect(lines).toHaveLength(3)
  for (const line of lines) expect(displayWidth(line)).toBeLessThanOrEqual(7)
})

it('lets no row reach the terminal with a control sequence of its own', () => {
  expect(maskLines([{ text: 'a\x1b[2J', reason: 'given' }], 40, plain)).toEqual(['a‹U+001B›[2J'])
})

it('closes a bracket before the line break that ends its text, and keeps an end mark whole', () => {
  const chat: typeof tokens = [
    { text: '你好', reason: 'learned' },
    { text: '<end>', reason: 'end-mark' },
    { text: '\n', reason: 'learned' },
  ]
  expect(maskLines(chat, 10, plain)).toEqual(['[你好]', '{<end>}[⏎]'])
})

it('counts each reason that occurs', () => {
  const counts = { given: 16, learned: 6, 'end-mark': 1, 'cut-off': 0 }
  expect(maskLegend(counts, plain, messagesIn('en'))).toBe('given, not learned 16   [learned] 6   {end mark, learned} 1')
})
