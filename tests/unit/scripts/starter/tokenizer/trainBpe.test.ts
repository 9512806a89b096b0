import { describe, expect, it } from 'vitest'
import { trainBpe } from '../../../../../scripts/starter/tokenizer/trainBpe.ts'

const counts = (text: string): Map<string, number> => {
  const words = new Map<string, number>()
  for (const word of text.split(' ')) words.set(word, (words.get(word) ?? 0) + 1)
  return words
}
const learned = (text: string, merges: number) => trainBpe(counts(text), 256 + merges)

describe('trainBpe', () => {
  it('begins with the 256 bytes, in the order of their characters', () => {
    const { vocabulary, merges } = trainBpe(new Map(), 300)
    expect(vocabulary).toHaveLength(256)
    expect(vocabulary.slice(0, 3)).toEqual(['!', '"', '#'])
    expect(new Set(vocabulary).size).toBe(256)
    expect(merges).toEqual([])
  })

  it('joins the most frequent pair first, and the joined token with its neighbour next', () => {
    expect(learned('abc abc abc ab xy', 2).merges).toEqual([
      ['a', 'b'],
      ['ab', 'c'],
    ])
  })

  it('counts a word as often as it occurs', () => {
    const { merges } = trainBpe(
      new Map([
        ['ab', 2],
        ['xy', 3],
      ]),
      257,
    )
    expect(merges).toEqual([['x', 'y']])
  })

  it('takes the pair with the lower ids where two are equally frequent, in whatever order they come', () => {
    expect(learned('xy ab', 1).merges).toEqual([['a', 'b']])
    expect(learned('ab xy', 1).merges).toEqual([['a', 'b']])
  })

  it('joins a run of one letter from the left', () => {
    expect(learned('aaaa', 2).merges).toEqual([
      ['a', 'a'],
      ['aa', 'aa'],
    ])
  })

  it('stops where no pair is left', () => {
    const { vocabulary, merges } = trainBpe(new Map([['ab', 1]]), 1000)
    expect(vocabulary).toHaveLength(257)
    expect(merges).toHaveLength(1)
  })

  it('makes a Chinese character whole out of its three bytes', () => {
    const { vocabulary } = trainBpe(new Map([['诗', 5]]), 300)
    expect(vocabulary.slice(256)).toHaveLength(2)
    expect(vocabulary.at(-1)).toHaveLength(3)
  })
})
