import { describe, expect, it } from 'vitest'
import { HELD_OUT_SHARE, splitCorpus } from '../../../../../scripts/starter/corpus/buildCorpus.ts'
import type { Poem } from '../../../../../scripts/starter/corpus/cleanPoem.ts'

const poem = (title: string, ...lines: string[]): Poem => ({ title, author: '佚名', lines })
const poems = Array.from({ length: 4000 }, (_, i) => poem(`其${i}`, `第${i}句。`, `又${i}句。`))
const { train, heldOut } = splitCorpus(poems, [], [])

describe('splitCorpus', () => {
  it('holds about the stated share out, and every poem is on one side', () => {
    expect(heldOut.poems.length / poems.length).toBeCloseTo(HELD_OUT_SHARE, 2)
    expect(new Set([...train.poems, ...heldOut.poems]).size).toBe(poems.length)
  })

  it('puts a poem on the same side whatever stands around it', () => {
    const few = poems.slice(1000, 1500)
    expect(splitCorpus(few, [], []).heldOut.poems).toEqual(heldOut.poems.filter((held) => few.includes(held)))
  })

  it('trains on the poems that people know by heart, in every version', () => {
    const known = heldOut.poems[0] as Poem
    const split = splitCorpus(poems, [{ ...known, lines: ['别本。', '异文。'] }], [])
    expect(split.train.poems).toContain(known)
    expect(split.heldOut.poems).not.toContain(known)
  })

  it('leaves a held-out poem out that shares a line with one that is trained on', () => {
    const held = heldOut.poems[0] as Poem
    const quoting = train.poems[0] as Poem
    const others = poems.filter((one) => one !== quoting)
    const split = splitCorpus([...others, { ...quoting, lines: [...held.lines, '尾。'] }], [], [])
    expect(split.heldOut.poems).not.toContain(held)
    expect(split.train.poems).not.toContain(held)
  })
})
