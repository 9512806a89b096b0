import { describe, expect, it } from 'vitest'
import { cleanPoem } from '../../../../../scripts/starter/corpus/cleanPoem.ts'

const same = (text: string): string => text
const clean = (...paragraphs: string[]) => cleanPoem({ title: '靜夜思', author: '李白', paragraphs }, same)

describe('cleanPoem', () => {
  it('gives a sentence a line, with its punctuation', () => {
    expect(clean('牀前明月光，疑是地上霜。舉頭望明月，', '低頭思故鄉。')?.lines).toEqual([
      '牀前明月光，疑是地上霜。',
      '舉頭望明月，低頭思故鄉。',
    ])
  })

  it('converts title, author and lines', () => {
    const simplify = (text: string): string => text.replaceAll('靜', '静').replaceAll('舉頭', '举头')
    const poem = cleanPoem({ title: '靜夜思', author: '靜', paragraphs: ['舉頭望明月。', '舉頭。'] }, simplify)
    expect(poem).toEqual({ title: '静夜思', author: '静', lines: ['举头望明月。', '举头。'] })
  })

  it("takes the editors' notes out, also one inside another", () => {
    expect(clean('四海（一作「萬里（一本無）」）八荒同一雲。', '去馬來牛。')?.lines[0]).toBe('四海八荒同一雲。')
  })

  it('keeps closing quotation marks with their sentence', () => {
    expect(clean('借問「酒家何處有？」', '牧童遙指。')?.lines).toEqual(['借問“酒家何處有？”', '牧童遙指。'])
  })

  it.each([
    ['a lacuna', '冰□已鏤津，去馬來牛。'],
    ['a character that Unicode lacks', '疲{艹/尔}竟何人。'],
    ['an emendation', '[爽]節在重九。'],
    ['letters', 'abc。'],
    ['a note that is never closed', '四海（一作萬里。'],
    ['text behind the last sentence', '去馬來牛。四海'],
    ['prose', `${'依余所知最早的是'.repeat(6)}。`],
  ])('drops a poem with %s', (_, line) => {
    expect(clean('牀前明月光。', line)).toBeNull()
  })

  it('drops a single sentence', () => {
    expect(clean('牀前明月光，疑是地上霜。')).toBeNull()
  })

  it('leaves a title out that is no plain title', () => {
    const titled = (title: string) => cleanPoem({ title, author: '', paragraphs: ['一。', '二。'] }, same)?.title
    expect(titled('帝京篇十首　一')).toBe('帝京篇十首 一')
    expect(titled('句 [三]')).toBe('')
    expect(titled('長'.repeat(21))).toBe('')
  })
})
