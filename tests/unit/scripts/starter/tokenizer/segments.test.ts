import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { segments } from '../../../../../scripts/starter/tokenizer/segments.ts'

describe('segments', () => {
  it('leaves every Chinese character alone, and nothing else', () => {
    expect(segments('哪吒降世，意气飞扬。\n')).toEqual(['哪', '吒', '降', '世', '，', '意', '气', '飞', '扬', '。\n'])
  })

  it("cuts English as Qwen2's pre-tokenizer does", () => {
    expect(segments("Don't stop, he said: 42!")).toEqual(['Don', "'t", ' stop', ',', ' he', ' said', ':', ' ', '4', '2', '!'])
  })

  it('loses no character', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => segments(text).join('') === text.normalize('NFC')))
  })
})
