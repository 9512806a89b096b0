import { expect, it } from 'vitest'
import { printable, printableLine } from '../../../../src-main/cli/terminal/printable.ts'

it('lets no escape sequence and no reordering reach the terminal', () => {
  expect(printable('\x1b[2Jgone')).toBe('‹U+001B›[2Jgone')
  expect(printable('abc\u202edef')).toBe('abc‹U+202E›def')
  expect(printable('\x07\x00\x9b')).toBe('‹U+0007›‹U+0000›‹U+009B›')
})
it('keeps what belongs to the text', () => {
  expect(printable('哪吒，\n👩‍👧 नमस्ते')).toBe('哪吒，\n👩‍👧 नमस्ते')
  expect(printableLine('a\r\nb\tc')).toBe('a⏎b→c')
})
