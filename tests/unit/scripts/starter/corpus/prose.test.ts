import { describe, expect, it } from 'vitest'
import { passages } from '../../../../../scripts/starter/corpus/prose.ts'

const sentence = 'Some years ago I thought that I would sail about a little and see the watery part of the world.'

describe('passages', () => {
  it('joins the lines of a paragraph and leaves headings out', () => {
    expect(passages(`CHAPTER 1. Loomings.\n\n${sentence.replace(' I ', '\nI ')}\n`)).toEqual([sentence])
  })

  it('cuts a long paragraph between sentences', () => {
    const pieces = passages(Array(20).fill(sentence).join(' '))
    expect(pieces.length).toBeGreaterThan(1)
    for (const piece of pieces) expect(piece).toMatch(/^Some .+world\.$/)
    expect(pieces.join(' ')).toBe(Array(20).fill(sentence).join(' '))
  })

  it('writes plain quotation marks', () => {
    expect(passages(`“${sentence}” I’m told.`)).toEqual([`"${sentence}" I'm told.`])
  })
})
