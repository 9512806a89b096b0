import { readFile, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { packBatch } from '../../src-main/engine/3-batches/packBatch.ts'
import type { Family } from '../../src-main/engine/4-graph/config.ts'
import { modelParameters } from '../../src-main/engine/4-graph/parameters.ts'
import { parseConfig } from '../../src-main/engine/4-graph/parseConfig.ts'
import { createOrtExecutor } from '../../src-main/engine/5-exec/ortExecutor.ts'
import { createDecoder } from '../../src-main/engine/6-train/decoder.ts'
import { readWeights } from '../../src-main/engine/7-record/checkpoint.ts'
import { openDecoderSession } from '../../src-main/engine/8-infer/decoderSession.ts'
import { openSafetensors } from '../../src-main/files/readSafetensors.ts'
import { openWeights } from '../../src-main/files/safetensors.ts'
import { relativeError, tokenised } from '../golden/golden.ts'
import { askPeer } from './peers.ts'

interface Variant {
  family: Family
  config: Record<string, unknown>
  save: { dtype: 'float32' | 'float16' | 'bfloat16'; max_shard_size: string }
  /** Of transformers: the fields of config.json. */
  version: 4 | 5
}

const SHAPE = {
  vocab_size: 96,
  hidden_size: 32,
  intermediate_size: 48,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  max_position_embeddings: 64,
}
const WHOLE = '1GB'
const SHARDED = '8KB'

function variant(
  family: Family,
  config: object,
  version: 4 | 5 = 5,
  dtype: Variant['save']['dtype'] = 'float32',
  max_shard_size = WHOLE,
): Variant {
  return { family, config: { ...SHAPE, ...config }, save: { dtype, max_shard_size }, version }
}

const LLAMA_3 = { rope_type: 'llama3', factor: 8, low_freq_factor: 1, high_freq_factor: 4, original_max_position_embeddings: 16 }
const YARN = { rope_type: 'yarn', factor: 4, original_max_position_embeddings: 16 }

const VARIANTS: Record<string, Variant> = {
  'llama, as many key heads as query heads, version 4': variant('llama', { num_key_value_heads: 4 }, 4),
  'llama, one key head, tied, float16': variant('llama', { num_key_value_heads: 1, tie_word_embeddings: true }, 5, 'float16'),
  'llama, biases everywhere, bfloat16 in shards': variant(
    'llama',
    { attention_bias: true, mlp_bias: true },
    5,
    'bfloat16',
    SHARDED,
  ),
  'llama, heads wider than the model, one layer': variant('llama', { head_dim: 20, num_hidden_layers: 1 }),
  'llama, linear rope, version 4': variant(
    'llama',
    { rope_parameters: { rope_type: 'linear', factor: 2.5, rope_theta: 1e4 } },
    4,
  ),
  'llama, llama3 rope': variant('llama', { rope_parameters: { ...LLAMA_3, rope_theta: 5e5 } }),
  'llama, llama3 rope, version 4, tied, float16 in shards': variant(
    'llama',
    { rope_parameters: { ...LLAMA_3, rope_theta: 5e5 }, tie_word_embeddings: true },
    4,
    'float16',
    SHARDED,
  ),
  'llama, yarn': variant('llama', { rope_parameters: { ...YARN, rope_theta: 1e4 } }),
  'qwen2, tied, version 4, in shards': variant('qwen2', { tie_word_embeddings: true }, 4, 'float32', SHARDED),
  'qwen2, yarn with its own sharpness, version 4': variant(
    'qwen2',
    { rope_parameters: { ...YARN, rope_theta: 1e6, attention_factor: 1.3, beta_fast: 24, beta_slow: 2 } },
    4,
  ),
  'qwen2, a window in the second layer': variant('qwen2', { use_sliding_window: true, sliding_window: 5, max_window_layers: 1 }),
  'qwen2, a window in the second layer, version 4': variant(
    'qwen2',
    { use_sliding_window: true, sliding_window: 5, max_window_layers: 1 },
    4,
  ),
  'qwen3, narrow heads, biases, bfloat16': variant('qwen3', { head_dim: 12, attention_bias: true }, 5, 'bfloat16'),
  'qwen3, one key head, tied, version 4': variant(
    'qwen3',
    { head_dim: 16, num_key_value_heads: 1, tie_word_embeddings: true },
    4,
  ),
  'mistral, a window': variant('mistral', { sliding_window: 4 }),
  'mistral, no window, own head size, version 4': variant('mistral', { sliding_window: null, head_dim: 10 }, 4),
}

const pseudoRandomIds = (length: number, start: number): number[] =>
  Array.from({ length }, (_, i) => (start + i * i * 7) % SHAPE.vocab_size)
const row = (ids: number[], given: number) => ({ input_ids: ids, labels: ids.map((id, at) => (at < given ? -100 : id)) })
/** Longer than every window and than YaRN's and Llama 3's original length; two rows of one length, as attention takes them together. */
const ROWS = [row(pseudoRandomIds(40, 3), 11), row(pseudoRandomIds(9, 50), 2), row(pseudoRandomIds(9, 17), 8)]

const LOGIT_TOLERANCE = 1e-4
/** ‖ours - theirs‖ / ‖theirs‖ of each tensor. */
const GRADIENT_TOLERANCE = 1e-4

describe('models of all shapes, as transformers saves and computes them:', () => {
  let parent = ''
  let losses: Record<string, number> = {}
  const folderName = (name: string): string => name.replaceAll(/\W+/g, '-')

  beforeAll(async () => {
    parent = await mkdtemp(join(tmpdir(), 'tunedesk-'))
    const variants = Object.fromEntries(Object.entries(VARIANTS).map(([name, each]) => [folderName(name), each]))
    const rows = ROWS.map(({ input_ids, labels }) => [input_ids, labels])
    losses = await askPeer('make_variants.py', { folder: parent, variants, rows })
    return () => rm(parent, { recursive: true, force: true })
  })

  async function open(name: string) {
    const folder = join(parent, folderName(name))
    const config = parseConfig(JSON.parse(await readFile(join(folder, 'config.json'), 'utf8')))
    const golden = await openSafetensors(join(folder, 'golden.safetensors'), 'golden.safetensors')
    onTestFinished(() => golden.close())
    return {
      folder,
      config,
      async expected(tensor: string): Promise<Float32Array> {
        const location = golden.tensors.get(tensor)
        if (!location) throw new Error(`there is no ${tensor}`)
        return golden.read(location)
      },
    }
  }

  test.each(Object.keys(VARIANTS))('logits: %s', async (name) => {
    const { folder, config, expected } = await open(name)
    const weights = await openWeights(folder)
    const session = await openDecoderSession(config, weights, { threads: 2, contextLength: config.maxPositions })
    await weights.close()
    const ours: number[] = []
    for (const { input_ids } of ROWS) ours.push(...(await session.begin([]).read(input_ids, input_ids.length)))
    await session.close()
    const theirs = await expected('logits')
    expect(ours).toHaveLength(theirs.length)
    const largest = theirs.reduce((so, value) => Math.max(so, Math.abs(value)), 1)
    const worst = theirs.reduce((so, value, at) => Math.max(so, Math.abs(value - (ours[at] ?? NaN))), 0)
    expect(worst / largest).toBeLessThan(LOGIT_TOLERANCE)
  })

  test.each(Object.keys(VARIANTS))('loss and gradients: %s', async (name) => {
    const { folder, config, expected } = await open(name)
    const decoder = await createDecoder(config, await createOrtExecutor({ threads: 2 }), readWeights(folder))
    const batch = packBatch(ROWS.map(tokenised))
    const scale = 1 / batch.supervised.length
    const loss = (await decoder.accumulateGradients(batch, scale)) * scale
    expect(Math.abs(loss - (losses[folderName(name)] ?? NaN))).toBeLessThan(LOGIT_TOLERANCE)
    for (const { name: tensor } of modelParameters(config))
      expect(relativeError(await decoder.gradient(tensor), await expected(`grad.${tensor}`)), tensor).toBeLessThan(
        GRADIENT_TOLERANCE,
      )
    await decoder.dispose()
  })
})
