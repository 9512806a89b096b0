import { expect, it } from 'vitest'
import { visibleText } from '../../../../../src-renderer/views/learns/visibleText.ts'

it.each([
  ['a line break', '诗。\n', '诗。⏎'],
  ['a tab', '\tone', '⇥one'],
  ['spaces at both ends, not within', ' two words ', '·two words·'],
  ['a control', 'a\u0000b', 'a‹U+0000›b'],
  ['a change of direction', '\u202eabc', '‹U+202E›abc'],
  ['a carriage return', '\r\n', '␍⏎'],
  ['a joiner alone', '\u200d', '‹U+200D›'],
  ['a whole emoji with its joiners', '👨‍👩‍👧', '👨‍👩‍👧'],
])('a token shows %s', (_, text, shown) => {
  expect(visibleText(text)).toBe(shown)
})
