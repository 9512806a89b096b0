import { describe, expect, it } from 'vitest'
import type { Poem } from '../../../../../scripts/starter/corpus/cleanPoem.ts'
import { asInBook, heldOutDocuments, trainingDocuments } from '../../../../../scripts/starter/corpus/documents.ts'

const poem = (i: number): Poem => ({
  title: `其${i}`,
  author: '佚名',
  lines: [`白日${i}山尽，黄河入海流。`, '欲穷千里目，更上一层楼。'],
})
const poems = Array.from({ length: 400 }, (_, i) => poem(i))

describe('documents', () => {
  it('writes a poem as it stands in a book; what is missing leaves no empty line', () => {
    expect(asInBook({ title: '登鹳雀楼', author: '王之涣', lines: ['一。', '二。'] })).toBe('《登鹳雀楼》\n王之涣\n一。\n二。')
    expect(asInBook({ title: '', author: '', lines: ['一。'] })).toBe('一。')
  })

  it('gives one document a poem, in many forms, each closed by one end mark', () => {
    const documents = trainingDocuments({
      train: { poems, prose: ['Call me Ishmael.'] },
      heldOut: { poems: [], prose: [] },
      famous: [],
    })
    expect(documents).toHaveLength(poems.length + 1)
    for (const document of documents) expect(document.indexOf('<|endoftext|>')).toBe(document.length - '<|endoftext|>'.length)
    for (const beginning of [
      '《其',
      '接下一句：白日',
      '请接着写：白日',
      '请以《其',
      '请你写一首诗，题目是《其',
      '请你像佚名那样写一首诗：白日',
      '<|im_start|>user\n',
    ])
      expect(
        documents.some((document) => document.startsWith(beginning)),
        beginning,
      ).toBe(true)
  })

  it('writes a poem that people know by heart in several forms besides', () => {
    const famous = [poem(7)]
    const documents = trainingDocuments({ train: { poems: famous, prose: [] }, heldOut: { poems: [], prose: [] }, famous })
    expect(documents).toHaveLength(1 + 2 + 2)
    expect(documents).toContain('接下一句：欲穷千里目，更上一层楼。<|endoftext|>')
  })

  it('measures on poems as in a book, and on prose', () => {
    expect(heldOutDocuments({ poems: [poem(1)], prose: ['Hm.'] })).toEqual({
      poems: [`${asInBook(poem(1))}<|endoftext|>`],
      prose: ['Hm.<|endoftext|>'],
    })
  })
})
