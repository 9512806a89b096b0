import { describe, expect, it } from 'vitest'
import { excerptOf } from '../../../../../../src-renderer/views/examples/panel/excerptOf.ts'

describe('the excerpt of a replacement', () => {
  it('shows what goes, what comes, and a little around it', () => {
    const before = `${'x'.repeat(100)} the cat sat ${'y'.repeat(100)}`
    const { head, removed, added, tail } = excerptOf(before, before.replace('cat', 'dog'))
    expect([removed, added]).toEqual(['cat', 'dog'])
    expect(head).toMatch(/^…x+ the $/)
    expect(tail).toMatch(/^ sat y+…$/)
  })

  it('shows a text that is only taken out, or only put in', () => {
    expect(excerptOf('a b', 'a')).toEqual({ head: 'a', removed: ' b', added: '', tail: '' })
    expect(excerptOf('aa', 'aaa')).toEqual({ head: 'aa', removed: '', added: 'a', tail: '' })
  })

  it('shows the first of several changes in a long text', () => {
    const before = `what ${'x'.repeat(500)} what`
    const { head, removed, added, tail } = excerptOf(before, before.replaceAll('what', 'who'))
    expect([head, removed, added, tail]).toEqual([
      'wh',
      expect.stringMatching(/^at x{57}…$/),
      expect.stringMatching(/^o x{58}…$/),
      '',
    ])
  })

  it('never cuts a character in two', () => {
    // Their first halves are the same, and then their second halves.
    expect(excerptOf('😀', '😁')).toEqual({ head: '', removed: '😀', added: '😁', tail: '' })
    expect(excerptOf('𐐀!', '𠀀!')).toEqual({ head: '', removed: '𐐀', added: '𠀀', tail: '!' })
  })
})
