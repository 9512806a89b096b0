import { describe, expect, it } from 'vitest'
import type { TextChange } from '../../../../../../src-main/contract/areas/rows.ts'
import { excerptOf } from '../../../../../../src-renderer/views/examples/panel/excerptOf.ts'

/** What stays as it is, what goes in brackets, what comes in braces. */
function shown(before: string, changes: TextChange[], changeCount = changes.length): string {
  const signs = { kept: ['', ''], removed: ['[', ']'], added: ['{', '}'] }
  return excerptOf(before, { changes, changeCount })
    .map(({ kind, text }) => signs[kind].join(text))
    .join('')
}

/** A change of a word, wherever it stands. */
const changesOf = (before: string, word: string, text: string): TextChange[] =>
  [...before.matchAll(new RegExp(word, 'g'))].map(({ index }) => ({ start: index, end: index + word.length, text }))

describe('the excerpt of a replacement', () => {
  it('shows what goes, what comes, and a little around it', () => {
    const before = `${'x'.repeat(100)} the cat sat ${'y'.repeat(100)}`
    expect(shown(before, changesOf(before, 'cat', 'dog'))).toBe(`…${'x'.repeat(11)} the [cat]{dog} sat ${'y'.repeat(35)}…`)
  })

  it('shows a text that is only taken out, or only put in', () => {
    expect(shown('a b', [{ start: 1, end: 3, text: '' }])).toBe('a[ b]')
    expect(shown('aa', [{ start: 0, end: 0, text: 'a' }])).toBe('{a}aa')
  })

  it('shows each change of a text by itself, and what stays in between, cut in its middle where it is long', () => {
    expect(shown('cat and cat', changesOf('cat and cat', 'cat', 'dog'))).toBe('[cat]{dog} and [cat]{dog}')
    const long = `what ${'x'.repeat(500)} what`
    expect(shown(long, changesOf(long, 'what', 'who'))).toBe(`[what]{who} ${'x'.repeat(39)}…${'x'.repeat(15)} [what]{who}`)
  })

  it('breaks off where more changes follow than are told of', () => {
    expect(shown('aaaa', changesOf('aaaa', 'a', 'b').slice(0, 2), 4)).toBe('[a]{b}[a]{b}…')
  })

  it('cuts what changes when it is long', () => {
    const before = 'x'.repeat(500)
    expect(shown(before, [{ start: 0, end: 500, text: '' }])).toBe(`[${'x'.repeat(60)}…]`)
  })

  it('never cuts a character in two', () => {
    const before = `${'😀'.repeat(20)}.${'😀'.repeat(40)}`
    expect(shown(before, [{ start: 40, end: 41, text: '!' }])).toBe(`…${'😀'.repeat(8)}[.]{!}${'😀'.repeat(20)}…`)
    const odd = `${'😀'.repeat(20)}a.b${'😀'.repeat(40)}`
    expect(shown(odd, [{ start: 41, end: 42, text: '!' }])).toBe(`…${'😀'.repeat(7)}a[.]{!}b${'😀'.repeat(20)}…`)
  })
})
