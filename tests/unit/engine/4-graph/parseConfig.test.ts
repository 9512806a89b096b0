import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parseConfig } from '../../../../src-main/engine/4-graph/parseConfig.ts'
import type { ModelConfig } from '../../../../src-main/engine/4-graph/config.ts'
import { refusal } from '../../../support/refusal.ts'

const golden = (family: string): Record<string, unknown> =>
  JSON.parse(readFileSync(new URL(`../../../golden/data/${family}/config.json`, import.meta.url), 'utf8')) as Record<
    string,
    unknown
  >
const parse = (fields: Record<string, unknown>): ModelConfig => parseConfig(fields)
const failure = (fields: unknown): unknown => {
  try {
    parseConfig(fields)
  } catch (error) {
    return error
  }
  throw new Error('was accepted')
}

describe('the golden models', () => {
  const common = {
    vocabularySize: 512,
    hiddenSize: 64,
    layerCount: 2,
    headCount: 4,
    keyValueHeadCount: 2,
    maxPositions: 128,
    initializerRange: 0.02,
    outputBias: false,
    mlpBias: false,
    slidingWindow: [null, null],
  }

  it('qwen2 (fields of transformers 4): bias on query, key and value only', () => {
    expect(parse(golden('qwen2'))).toEqual({
      ...common,
      family: 'qwen2',
      headSize: 16,
      intermediateSize: 160,
      rmsNormEpsilon: 1e-6,
      tiedEmbeddings: true,
      queryKeyValueBias: true,
      queryKeyNorm: false,
      rope: { type: 'default', theta: 1e6 },
    })
  })

  it('llama (fields of transformers 4): no bias, head of its own', () => {
    expect(parse(golden('llama'))).toEqual({
      ...common,
      family: 'llama',
      headSize: 16,
      intermediateSize: 160,
      rmsNormEpsilon: 1e-5,
      tiedEmbeddings: false,
      queryKeyValueBias: false,
      queryKeyNorm: false,
      rope: { type: 'default', theta: 1e4 },
    })
  })

  it('qwen3 (fields of transformers 5): norm over each head, a head size that is not hidden / heads', () => {
    expect(parse(golden('qwen3'))).toEqual({
      ...common,
      family: 'qwen3',
      headSize: 32,
      intermediateSize: 96,
      rmsNormEpsilon: 1e-6,
      tiedEmbeddings: true,
      queryKeyValueBias: false,
      queryKeyNorm: true,
      rope: { type: 'default', theta: 1e6 },
    })
  })

  it('mistral (fields of transformers 5)', () => {
    expect(parse(golden('mistral'))).toEqual({
      ...common,
      family: 'mistral',
      headSize: 16,
      intermediateSize: 96,
      rmsNormEpsilon: 1e-5,
      tiedEmbeddings: false,
      queryKeyValueBias: false,
      queryKeyNorm: false,
      rope: { type: 'default', theta: 1e4 },
    })
  })
})

describe('where config.json is silent, the config classes of transformers decide', () => {
  it.each([
    ['qwen2', { vocabularySize: 151936, intermediateSize: 22016, keyValueHeadCount: 32, headSize: 128, maxPositions: 32768 }],
    ['llama', { vocabularySize: 32000, intermediateSize: 11008, keyValueHeadCount: 32, headSize: 128, maxPositions: 2048 }],
    ['qwen3', { vocabularySize: 151936, intermediateSize: 22016, keyValueHeadCount: 32, headSize: 128, maxPositions: 32768 }],
    ['mistral', { vocabularySize: 32000, intermediateSize: 14336, keyValueHeadCount: 8, headSize: 128, maxPositions: 131072 }],
  ])('%s', (model_type, own) => {
    expect(parse({ model_type })).toMatchObject({
      ...own,
      hiddenSize: 4096,
      layerCount: 32,
      headCount: 32,
      rmsNormEpsilon: 1e-6,
      tiedEmbeddings: false,
      initializerRange: 0.02,
      rope: { type: 'default', theta: 10_000 },
    })
  })

  it('key and value heads: null means as many as query heads, nothing means the class default', () => {
    const heads = { num_attention_heads: 64, hidden_size: 8192 }
    expect(parse({ model_type: 'qwen2', ...heads, num_key_value_heads: null }).keyValueHeadCount).toBe(64)
    expect(parse({ model_type: 'qwen2', ...heads }).keyValueHeadCount).toBe(32)
    expect(parse({ model_type: 'llama', ...heads }).keyValueHeadCount).toBe(64)
    expect(parse({ model_type: 'mistral', ...heads }).keyValueHeadCount).toBe(8)
  })

  it('the head size of qwen3 does not follow the hidden size, that of the others does', () => {
    const shape = { hidden_size: 1024, num_attention_heads: 16, num_key_value_heads: 8 }
    expect(parse({ model_type: 'qwen3', ...shape }).headSize).toBe(128)
    expect(parse({ model_type: 'qwen2', ...shape }).headSize).toBe(64)
    expect(parse({ model_type: 'mistral', ...shape, head_dim: 128 }).headSize).toBe(128)
    expect(parse({ model_type: 'llama', ...shape, head_dim: null }).headSize).toBe(64)
  })
})

describe('biases', () => {
  const biases = (fields: Record<string, unknown>) => {
    const { queryKeyValueBias, outputBias, mlpBias } = parse(fields)
    return { queryKeyValueBias, outputBias, mlpBias }
  }
  it('llama: attention_bias is on all four projections, mlp_bias on all three', () => {
    expect(biases({ model_type: 'llama', attention_bias: true, mlp_bias: true })).toEqual({
      queryKeyValueBias: true,
      outputBias: true,
      mlpBias: true,
    })
  })
  it('qwen3: attention_bias is on all four projections', () => {
    expect(biases({ model_type: 'qwen3', attention_bias: true, mlp_bias: true })).toEqual({
      queryKeyValueBias: true,
      outputBias: true,
      mlpBias: false,
    })
  })
  it('qwen2 and mistral do not ask', () => {
    const fields = { attention_bias: true, mlp_bias: true }
    expect(biases({ model_type: 'qwen2', ...fields })).toEqual({ queryKeyValueBias: true, outputBias: false, mlpBias: false })
    expect(biases({ model_type: 'mistral', ...fields })).toEqual({ queryKeyValueBias: false, outputBias: false, mlpBias: false })
  })
})

describe('rotary position embedding', () => {
  const rope = (fields: Record<string, unknown>) =>
    parse({ model_type: 'llama', max_position_embeddings: 131072, ...fields }).rope
  const llama3 = { factor: 8, low_freq_factor: 1, high_freq_factor: 4, original_max_position_embeddings: 8192 }

  it('llama3 is the same in the fields of transformers 4 and 5', () => {
    const expected = {
      type: 'llama3',
      theta: 500_000,
      factor: 8,
      lowFrequencyFactor: 1,
      highFrequencyFactor: 4,
      originalMaxPositions: 8192,
    }
    expect(rope({ rope_theta: 500_000, rope_scaling: { rope_type: 'llama3', ...llama3 } })).toEqual(expected)
    expect(rope({ rope_parameters: { rope_theta: 500_000, rope_type: 'llama3', ...llama3 } })).toEqual(expected)
  })

  it('linear, with the old name of its type', () => {
    expect(rope({ rope_scaling: { type: 'linear', factor: 2.5 } })).toEqual({ type: 'linear', theta: 10_000, factor: 2.5 })
  })

  it('yarn: attention factor 0.1 ln(factor) + 1, betas 32 and 1, the original length where none is said', () => {
    expect(rope({ rope_theta: 1e6, rope_scaling: { type: 'yarn', factor: 4, original_max_position_embeddings: 32768 } })).toEqual(
      {
        type: 'yarn',
        theta: 1e6,
        factor: 4,
        originalMaxPositions: 32768,
        betaFast: 32,
        betaSlow: 1,
        attentionFactor: 0.1 * Math.log(4) + 1,
        truncate: true,
      },
    )
    expect(rope({ rope_scaling: { rope_type: 'yarn', factor: 4 } })).toMatchObject({ originalMaxPositions: 131072 })
  })

  it('yarn: given numbers win; mscale and mscale_all_dim together make a ratio; a null factor is the ratio of lengths', () => {
    const given = { rope_type: 'yarn', factor: 40, attention_factor: 0.7, beta_fast: 16, beta_slow: 2, truncate: false }
    expect(rope({ rope_parameters: given })).toMatchObject({ attentionFactor: 0.7, betaFast: 16, betaSlow: 2, truncate: false })
    const scales = { rope_type: 'yarn', factor: 40, mscale: 1, mscale_all_dim: 0.5 }
    const ratio = (0.1 * Math.log(40) + 1) / (0.05 * Math.log(40) + 1)
    expect(rope({ rope_parameters: scales })).toMatchObject({ attentionFactor: expect.closeTo(ratio, 12) as number })
    const nullFactor = { rope_type: 'yarn', factor: null, original_max_position_embeddings: 32768 }
    expect(rope({ rope_parameters: nullFactor })).toMatchObject({ factor: 4 })
  })

  it('precedence: rope_scaling before rope_parameters unless empty, the dictionary before what stands beside it', () => {
    expect(rope({ rope_theta: 5, rope_parameters: { rope_theta: 7 } })).toEqual({ type: 'default', theta: 7 })
    expect(rope({ rope_scaling: { type: 'linear', factor: 2 }, rope_parameters: { rope_theta: 7 } })).toEqual({
      type: 'linear',
      theta: 10_000,
      factor: 2,
    })
    expect(rope({ rope_scaling: {}, rope_parameters: { rope_theta: 7 } })).toEqual({ type: 'default', theta: 7 })
    expect(rope({ rope_scaling: null, rope_theta: 5 })).toEqual({ type: 'default', theta: 5 })
    const outer = { original_max_position_embeddings: 4096, rope_scaling: { rope_type: 'llama3', ...llama3 } }
    expect(rope(outer)).toMatchObject({ originalMaxPositions: 4096 })
  })

  it.each(['dynamic', 'longrope', 'su', 'mrope', 'proportional'])('%s is refused by name', (rope_type) => {
    expect(failure({ model_type: 'llama', rope_scaling: { rope_type, factor: 2 } })).toEqual(
      refusal('config/unsupported-rope', { ropeType: rope_type, supported: 'default, linear, llama3, yarn' }),
    )
  })

  it('what a type needs must be said', () => {
    expect(failure({ model_type: 'llama', rope_scaling: { type: 'linear' } })).toEqual(
      refusal('config/missing-field', { field: 'rope_parameters.factor' }),
    )
    expect(
      failure({ model_type: 'llama', rope_parameters: { ...llama3, rope_type: 'llama3', low_freq_factor: undefined } }),
    ).toEqual(refusal('config/missing-field', { field: 'rope_parameters.low_freq_factor' }))
  })

  it('a rotation of part of the channels, or another one per layer type, is refused', () => {
    expect(failure({ model_type: 'llama', partial_rotary_factor: 0.5 })).toEqual(
      refusal('config/unsupported-value', { field: 'partial_rotary_factor' }),
    )
    expect(failure({ model_type: 'qwen3', rope_parameters: { full_attention: { rope_theta: 1e6 } } })).toEqual(
      refusal('config/unsupported-rope'),
    )
  })
})

describe('sliding window', () => {
  const windows = (fields: Record<string, unknown>) => parse({ num_hidden_layers: 4, ...fields }).slidingWindow

  it('mistral: all layers; 4,096 where nothing is said, none for null', () => {
    expect(windows({ model_type: 'mistral', sliding_window: 6 })).toEqual([6, 6, 6, 6])
    expect(windows({ model_type: 'mistral' })).toEqual([4096, 4096, 4096, 4096])
    expect(windows({ model_type: 'mistral', sliding_window: null })).toEqual([null, null, null, null])
  })

  it.each(['qwen2', 'qwen3'])('%s: only with use_sliding_window, from layer max_window_layers on', (model_type) => {
    expect(windows({ model_type, sliding_window: 6, max_window_layers: 1 })).toEqual([null, null, null, null])
    expect(windows({ model_type, use_sliding_window: true, sliding_window: 6, max_window_layers: 1 })).toEqual([null, 6, 6, 6])
    expect(windows({ model_type, use_sliding_window: true, max_window_layers: 3 })).toEqual([null, null, null, 4096])
    expect(windows({ model_type, use_sliding_window: true, sliding_window: null, max_window_layers: 0 })).toEqual([
      null,
      null,
      null,
      null,
    ])
  })

  it('layer_types decide before max_window_layers', () => {
    const layer_types = ['sliding_attention', 'full_attention', 'sliding_attention', 'full_attention']
    const fields = { model_type: 'qwen3', use_sliding_window: true, sliding_window: 6, max_window_layers: 0 }
    expect(windows({ ...fields, layer_types })).toEqual([6, null, 6, null])
  })

  it('contradictions are refused', () => {
    const types = ['sliding_attention', 'full_attention', 'full_attention', 'full_attention']
    expect(failure({ model_type: 'qwen3', num_hidden_layers: 4, layer_types: types })).toEqual(
      refusal('config/bad-value', { field: 'sliding_window' }),
    )
    expect(failure({ model_type: 'qwen3', num_hidden_layers: 3, layer_types: types })).toEqual(
      refusal('config/bad-value', { field: 'layer_types' }),
    )
    expect(failure({ model_type: 'qwen3', num_hidden_layers: 1, layer_types: ['linear_attention'] })).toEqual(
      refusal('config/unsupported-value', { field: 'layer_types', value: 'linear_attention' }),
    )
    expect(failure({ model_type: 'mistral', sliding_window: 0 })).toEqual(
      refusal('config/bad-value', { field: 'sliding_window' }),
    )
  })

  it('llama has none, whatever stands there', () => {
    expect(windows({ model_type: 'llama', sliding_window: 6, use_sliding_window: true })).toEqual([null, null, null, null])
  })
})

describe('what is not computed is refused by name', () => {
  it.each([
    [{ model_type: 'gpt2' }, 'config/unsupported-family', { modelType: 'gpt2', supported: 'qwen2, llama, qwen3, mistral' }],
    [{ model_type: 'qwen2_moe' }, 'config/unsupported-family', { modelType: 'qwen2_moe' }],
    [{ model_type: 'constructor' }, 'config/unsupported-family', { modelType: 'constructor' }],
    [{ model_type: 7 }, 'config/unsupported-family', { modelType: '7' }],
    [{}, 'config/missing-field', { field: 'model_type' }],
    [null, 'config/missing-field', { field: 'model_type' }],
    [[], 'config/missing-field', { field: 'model_type' }],
    [{ model_type: 'llama', hidden_act: 'gelu' }, 'config/unsupported-value', { field: 'hidden_act', value: 'gelu' }],
    [{ model_type: 'llama', attention_dropout: 0.1 }, 'config/unsupported-value', { field: 'attention_dropout', value: '0.1' }],
    [{ model_type: 'llama', rope_interleaved: true }, 'config/unsupported-value', { field: 'rope_interleaved' }],
    [{ model_type: 'llama', quantization_config: { bits: 4 } }, 'config/unsupported-value', { field: 'quantization_config' }],
  ] as const)('%j', (config, code, parameters) => {
    expect(failure(config)).toEqual(refusal(code, parameters))
  })

  it('swish is silu', () => {
    expect(parse({ model_type: 'llama', hidden_act: 'swish' }).family).toBe('llama')
  })
})

describe('numbers that cannot be are refused by name', () => {
  it.each([
    ['hidden_size', 0],
    ['hidden_size', 64.5],
    ['hidden_size', '64'],
    ['hidden_size', 1e12],
    ['num_hidden_layers', -1],
    ['num_hidden_layers', 1e6],
    ['vocab_size', 1e9],
    ['rms_norm_eps', -1e-6],
    ['rope_theta', 0],
    ['head_dim', 15],
    ['num_key_value_heads', 3],
    ['num_attention_heads', 33],
    ['tie_word_embeddings', 'yes'],
  ])('%s = %j', (field, value) => {
    const config = { model_type: 'llama', [field]: value }
    expect(failure(config)).toEqual(refusal('config/bad-value', { field, value: String(value) }))
  })

  it('a long value is cut in the sentence', () => {
    const error = failure({ model_type: 'llama', hidden_size: 'x'.repeat(10_000) }) as Error
    expect(error.message.length).toBeLessThan(250)
  })
})
