import { describe, expect, it } from 'vitest'
import { coupletSample } from '../../../../../scripts/starter/samples/couplets.ts'

const verse = (...lines: string[]) => ({ title: '', author: '', lines })
const regulated = verse(
  '空山新雨后，天气晚来秋。',
  '明月松间照，清泉石上流。',
  '竹喧归浣女，莲动下渔舟。',
  '随意春芳歇，王孙自可留。',
)
const writable = (): boolean => true

describe('coupletSample', () => {
  it('takes the two middle couplets of regulated verse', () => {
    expect(coupletSample([regulated], writable).rows).toEqual([
      { instruct: '请对出下联：', input: '明月松间照，', label: '清泉石上流。' },
      { instruct: '请对出下联：', input: '竹喧归浣女，', label: '莲动下渔舟。' },
    ])
  })

  it('takes nothing of verse that is longer, shorter or uneven', () => {
    const { lines } = regulated
    const uneven = verse(...lines.slice(0, 3), '锦江春色来天地，玉垒浮云变古今。')
    expect(coupletSample([verse(...lines, ...lines), verse(...lines.slice(2)), uneven], writable).rows).toEqual([])
  })

  it('takes no couplet with a character that the tokenizer cannot write as one token', () => {
    expect(coupletSample([regulated], (character) => character !== '浣').rows).toEqual([])
  })
})
