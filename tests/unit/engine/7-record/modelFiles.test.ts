import { createSettings } from '../../../../src-main/contract/trainingSettings.ts'
import { cp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { openTokenizer } from '../../../../src-main/engine/2-tokens/openTokenizer.ts'
import { parseConfig } from '../../../../src-main/engine/4-graph/parseConfig.ts'
import { alignSpecialTokens, trainedModelFiles, type ModelFile } from '../../../../src-main/engine/7-record/modelFiles.ts'
import { readModelFolder } from '../../../../src-main/files/modelFolder.ts'
import { goldenFolder } from '../../../golden/golden.ts'
import { temporaryFolder } from '../../../support/temporaryFolder.ts'

describe('special tokens follow the tokenizer', () => {
  const tokenizer = { eosId: 2, bosId: null, padId: 9 }

  test('an end mark is added to a list of them and replaces a single one', () => {
    expect(alignSpecialTokens({ eos_token_id: 1 }, null, tokenizer)).toEqual({
      modelConfig: { eos_token_id: 2, pad_token_id: 9 },
      generationConfig: { _from_model_config: true, eos_token_id: [2, 1], pad_token_id: 9 },
    })
    expect(alignSpecialTokens({ eos_token_id: [1, 3] }, { eos_token_id: [3] }, tokenizer)).toEqual({
      modelConfig: { eos_token_id: [2, 1, 3], pad_token_id: 9 },
      generationConfig: { eos_token_id: [2, 3], pad_token_id: 9 },
    })
  })

  test('what agrees is left alone, and a token that the tokenizer lacks as well', () => {
    const config = { eos_token_id: 2, bos_token_id: 5, pad_token_id: 9 }
    const generation = { eos_token_id: [2, 7], bos_token_id: 5, pad_token_id: 9, temperature: 0.7 }
    expect(alignSpecialTokens(config, generation, tokenizer)).toEqual({ modelConfig: config, generationConfig: generation })
  })
})

describe('the files of a trained model', () => {
  async function filesOf(change: (folder: string) => Promise<void> = async () => undefined): Promise<Map<string, string>> {
    const folder = await temporaryFolder()
    for (const name of ['config.json', 'tokenizer.json', 'tokenizer_config.json'])
      await cp(join(goldenFolder('qwen2'), name), join(folder, name))
    await change(folder)
    const base = { folder, ...(await readModelFolder(folder)) }
    const config = parseConfig(base.config)
    const files = await trainedModelFiles(
      base,
      { ...config, vocabularySize: 600 },
      await openTokenizer(folder),
      createSettings({}),
    )
    expect(new Set(files.map(({ name }) => name)).size).toBe(files.length)
    return new Map(files.map(({ name, content }: ModelFile) => [name, Buffer.from(content).toString('utf8')]))
  }

  test('say the type, class, size and tokens of the weights beside them', async () => {
    const files = await filesOf((folder) => writeFile(join(folder, 'LICENSE'), 'Take it.'))
    const config = JSON.parse(files.get('config.json') ?? '') as Record<string, unknown>
    expect(config).toMatchObject({
      architectures: ['Qwen2ForCausalLM'],
      model_type: 'qwen2',
      torch_dtype: 'float32',
      vocab_size: 600,
      eos_token_id: 385,
      pad_token_id: 388,
    })
    expect(Object.keys(config)).toEqual(Object.keys(config).sort())
    expect(JSON.parse(files.get('generation_config.json') ?? '')).toMatchObject({ pad_token_id: 388 })
    expect(files.get('LICENSE')).toBe('Take it.')
    expect(files.get('tokenizer.json')).toContain('[PAD]')
    expect(JSON.parse(files.get('tokenizer_config.json') ?? '')).toMatchObject({ pad_token: '[PAD]' })
  })

  test('leave out the tokenizer’s other forms, which do not know its pad token', async () => {
    const files = await filesOf((folder) => writeFile(join(folder, 'vocab.json'), '{}'))
    expect([...files.keys()].sort()).toEqual(['config.json', 'generation_config.json', 'tokenizer.json', 'tokenizer_config.json'])
  })

  test('are the same again when they are made of themselves', async () => {
    const first = await filesOf()
    const again = await filesOf(async (folder) => {
      for (const name of await readdir(folder)) await rm(join(folder, name))
      for (const [name, text] of first) await writeFile(join(folder, name), text)
      expect(await readFile(join(folder, 'config.json'), 'utf8')).toBe(first.get('config.json'))
    })
    expect(again).toEqual(first)
  })
})
