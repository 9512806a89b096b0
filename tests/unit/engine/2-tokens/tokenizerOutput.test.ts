import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openTokenizer } from '../../../../src-main/engine/2-tokens/openTokenizer.ts'
import { tokenizerOutput } from '../../../../src-main/engine/2-tokens/tokenizerOutput.ts'
import { withTokenizerFolder } from './tokenizerFolder.ts'

const TEXTS = ['Write a poem: 写诗 ٣ 12', 'naïve <note> x', '[PAD]</s><|im_end|>', '']

describe.each(['qwen2', 'tokenizers/digits', 'tokenizers/sentencepiece', 'tokenizers/words'] as const)(
  'a saved tokenizer (%s)',
  (source) => {
    it('opens as what it was, [PAD] its own, and saves to the same files again', () =>
      withTokenizerFolder(source, {}, async (folder) => {
        const original = await openTokenizer(folder)
        const saved = join(folder, 'saved')
        await mkdir(saved)
        for (const { name, text } of tokenizerOutput(original)) await writeFile(join(saved, name), text)
        const opened = await openTokenizer(saved)
        const { bosId, eosId, eosToken, padToken, padId, vocabularySize, chatTemplate } = original
        expect(opened).toMatchObject({ bosId, eosId, eosToken, padToken, padId, vocabularySize, chatTemplate, padAdded: false })
        expect(TEXTS.map((text) => opened.encode(text))).toEqual(TEXTS.map((text) => original.encode(text)))
        expect(tokenizerOutput(opened)).toEqual(tokenizerOutput(original))
      }))
  },
)

it("names the class that takes tokenizer.json as it is, and changes no other of the file's settings", () =>
  withTokenizerFolder('tokenizers/digits', {}, async (folder) => {
    const output = tokenizerOutput(await openTokenizer(folder))
    expect(output.map(({ name }) => name)).toEqual(['tokenizer.json', 'tokenizer_config.json'])
    const [tokenizer, config] = output.map(({ text }) => JSON.parse(text) as Record<string, unknown>)
    expect(config).toMatchObject({
      tokenizer_class: 'PreTrainedTokenizerFast',
      pad_token: '[PAD]',
      eos_token: '<|im_end|>',
      model_max_length: 512,
    })
    expect(tokenizer?.['pre_tokenizer']).toMatchObject({
      pretokenizers: [{ type: 'Digits', individual_digits: true }, { type: 'ByteLevel' }],
    })
    expect(tokenizer?.['added_tokens']).toContainEqual({
      id: 364,
      content: '[PAD]',
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
      special: true,
    })
  }))
