import { mkdir, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openTokenizer } from '../../../../src-main/engine/2-tokens/openTokenizer.ts'
import { withTokenizerFolder, type TokenizerJson } from './tokenizerFolder.ts'

const refused = (code: string, parameters: object = {}): Error =>
  expect.objectContaining({ code, parameters: expect.objectContaining(parameters) as object }) as Error

describe('the pad token', () => {
  it('is [PAD], added, where the tokenizer names none', () =>
    withTokenizerFolder('qwen2', { config: { pad_token: undefined } }, async (folder) => {
      expect(await openTokenizer(folder)).toMatchObject({ padAdded: true, padToken: '[PAD]', padId: 388, vocabularySize: 389 })
    }))

  it("is the tokenizer's own where that is not the end mark", () =>
    withTokenizerFolder('qwen2', { config: { pad_token: '<|im_start|>' } }, async (folder) => {
      expect(await openTokenizer(folder)).toMatchObject({ padAdded: false, padId: 386, vocabularySize: 388 })
    }))

  it('takes the id that [PAD] already has in the vocabulary', () => {
    const tokenizer = ({ model }: TokenizerJson): void => {
      model.vocab['[PAD]'] = 500
    }
    return withTokenizerFolder('qwen2', { tokenizer }, async (folder) => {
      const opened = await openTokenizer(folder)
      expect(opened).toMatchObject({ padId: 500, vocabularySize: 501 })
      expect(opened.encode('[PAD]')).toEqual([500])
    })
  })
})

describe('the end mark', () => {
  const map = { 'special_tokens_map.json': '{"eos_token": "<|im_end|>"}' }

  it('may be an object', () =>
    withTokenizerFolder('qwen2', { config: { eos_token: { content: '<|im_end|>', lstrip: false } } }, async (folder) => {
      expect(await openTokenizer(folder)).toMatchObject({ eosToken: '<|im_end|>', eosId: 387 })
    }))

  it('comes from special_tokens_map.json before the config, as in transformers', () =>
    withTokenizerFolder('qwen2', { files: map }, async (folder) => {
      expect((await openTokenizer(folder)).eosToken).toBe('<|im_end|>')
    }))

  it('comes from the config where that lists its added tokens, as in transformers', () => {
    const config = { added_tokens_decoder: { 385: { content: '<|endoftext|>', special: true } } }
    return withTokenizerFolder('qwen2', { config, files: map }, async (folder) => {
      expect((await openTokenizer(folder)).eosToken).toBe('<|endoftext|>')
    })
  })

  it("is the model's where the tokenizer names none", () => {
    const files = { 'generation_config.json': '{"eos_token_id": [387, 385]}' }
    return withTokenizerFolder('qwen2', { config: { eos_token: undefined }, files }, async (folder) => {
      expect(await openTokenizer(folder)).toMatchObject({ eosToken: '<|im_end|>', eosId: 387 })
    })
  })

  it('must be there', () =>
    withTokenizerFolder('qwen2', { config: { eos_token: undefined }, files: { 'config.json': '{}' } }, async (folder) => {
      await expect(openTokenizer(folder)).rejects.toThrow(refused('tokenizer/no-end-mark', { folder }))
    }))
})

it('opens a file of the first years, which does not name its kind of model', () => {
  const tokenizer = ({ model }: TokenizerJson): void => {
    delete model.type
  }
  return withTokenizerFolder('qwen2', { tokenizer }, async (folder) => {
    expect((await openTokenizer(folder)).encode('the sea')).toEqual([264, 259, 271])
  })
})

it('decodes an empty list, and ids that no token has', () =>
  withTokenizerFolder('qwen2', {}, async (folder) => {
    const opened = await openTokenizer(folder)
    expect(opened.decode([])).toBe('')
    expect(opened.decode([500, 511])).toBe('')
    expect(opened.decode([...opened.encode('hi'), 511, opened.eosId])).toBe('hi<|endoftext|>')
    expect(opened.decode([opened.padId, opened.eosId], { skipSpecialTokens: true })).toBe('')
  }))

describe('a folder that is no tokenizer', () => {
  it.each([
    ['files/not-json', { 'tokenizer.json': '{"model": ' }],
    ['tokenizer/damaged', { 'tokenizer.json': '[]' }],
    ['tokenizer/damaged', { 'tokenizer.json': '{"model": {"type": "BPE", "vocab": {"a": "b"}}}' }],
    ['tokenizer/damaged', { 'tokenizer_config.json': '{"eos_token": 3}' }],
    ['tokenizer/unsupported', { 'tokenizer.json': '{"model": {"type": "WordLevel", "vocab": {"a": 0}}}' }],
    [
      'tokenizer/unsupported',
      { 'tokenizer.json': '{"model": {"type": "BPE", "vocab": {}, "merges": []}, "decoder": {"type": "New"}}' },
    ],
    [
      'tokenizer/unsupported',
      { 'tokenizer.json': '{"model": {"type": "BPE", "vocab": {}, "merges": []}, "pre_tokenizer": {"type": "Sequence"}}' },
    ],
    [
      'tokenizer/unsupported',
      {
        'tokenizer.json':
          '{"model": {"type": "BPE", "vocab": {}, "merges": []}, "post_processor": {"type": "TemplateProcessing", "single": []}}',
      },
    ],
  ])('is refused with %s: %j', (code, files: Record<string, string>) =>
    withTokenizerFolder('qwen2', { files }, async (folder) => {
      await expect(openTokenizer(folder)).rejects.toThrow(refused(code))
    }),
  )

  it('is refused by name where the tokenizer does what the library only reads', () => {
    const tokenizer = ({ model, pre_tokenizer, added_tokens }: TokenizerJson): void => {
      model.dropout = 0.1
      for (const step of pre_tokenizer.pretokenizers.slice(0, 1)) step.behavior = 'MergedWithNext'
      for (const token of added_tokens.slice(0, 1)) token.single_word = true
    }
    return withTokenizerFolder('qwen2', { tokenizer }, async (folder) => {
      const parts = 'added token "<|endoftext|>": single_word, pre_tokenizer Split: MergedWithNext, model: dropout'
      await expect(openTokenizer(folder)).rejects.toThrow(refused('tokenizer/unsupported', { parts }))
    })
  })

  it('says what is missing', async () => {
    await expect(openTokenizer('/nowhere')).rejects.toThrow(refused('files/not-a-folder'))
    const folder = join(tmpdir(), `empty-${process.pid}`)
    await mkdir(folder)
    await expect(openTokenizer(folder)).rejects.toThrow(refused('tokenizer/missing', { folder }))
    await rm(folder, { recursive: true })
  })

  it('does not follow a link out of the folder', async () => {
    const outside = join(tmpdir(), `outside-${process.pid}.jinja`)
    await writeFile(outside, 'secret')
    await withTokenizerFolder('qwen2', {}, async (folder) => {
      await symlink(outside, join(folder, 'chat_template.jinja'))
      await expect(openTokenizer(folder)).rejects.toThrow(refused('files/outside-folder'))
    })
    await rm(outside)
  })
})
