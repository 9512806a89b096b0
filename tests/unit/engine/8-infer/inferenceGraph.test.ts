import { describe, expect, test } from 'vitest'
import type { ModelConfig } from '../../../../src-main/engine/4-graph/config.ts'
import { modelParameters } from '../../../../src-main/engine/4-graph/parameters.ts'
import { parseConfig } from '../../../../src-main/engine/4-graph/parseConfig.ts'
import { inferenceGraph } from '../../../../src-main/engine/8-infer/inferenceGraph.ts'
import type { TensorLocation } from '../../../../src-main/files/safetensors.ts'

const configOf = (changes: Record<string, unknown> = {}): ModelConfig =>
  parseConfig({
    model_type: 'llama',
    vocab_size: 40,
    hidden_size: 32,
    intermediate_size: 48,
    num_hidden_layers: 2,
    num_attention_heads: 2,
    ...changes,
  })

/** The tensors that a checkpoint of this model has, one after another in one file. */
function tensorsOf(config: ModelConfig, dtype: TensorLocation['dtype'] = 'F32'): Map<string, TensorLocation> {
  let offset = 100
  return new Map(
    modelParameters(config).map(({ name, shape }) => {
      const byteLength = shape.reduce((product, size) => product * size, 4)
      offset += byteLength
      return [name, { name, dtype, shape: [...shape], file: 'model.safetensors', offset: offset - byteLength, byteLength }]
    }),
  )
}

const externalNames = (config: ModelConfig, tensors: Map<string, TensorLocation>): string[] =>
  inferenceGraph(config, tensors, 64).initializers.flatMap((tensor) => ('external' in tensor ? [tensor.name] : []))

test('every weight is an initializer once, where its bytes lie in the file', () => {
  const config = configOf({ attention_bias: true, mlp_bias: true })
  const tensors = tensorsOf(config)
  const { initializers } = inferenceGraph(config, tensors, 64)
  const external = initializers.flatMap((tensor) => ('external' in tensor ? [tensor] : []))
  expect(external.map(({ name }) => name).sort()).toEqual([...tensors.keys()].sort())
  for (const { name, external: place } of external) {
    const { file, offset, byteLength } = tensors.get(name) ?? {}
    expect(place).toEqual({ location: file, offset, length: byteLength })
  }
})

describe('what the file has beside the model is not read', () => {
  test('a head of a tied model', () => {
    const config = configOf({ tie_word_embeddings: true })
    const tensors = tensorsOf(configOf())
    expect(tensors.has('lm_head.weight')).toBe(true)
    expect(externalNames(config, tensors)).not.toContain('lm_head.weight')
  })
  test('biases that config.json does not speak of', () => {
    const tensors = tensorsOf(configOf({ attention_bias: true, mlp_bias: true }))
    expect(externalNames(configOf(), tensors).filter((name) => name.endsWith('.bias'))).toEqual([])
  })
})

describe('weights that do not fit are refused by name', () => {
  const config = configOf()
  test('missing ones', () => {
    const tensors = tensorsOf(config)
    tensors.delete('model.layers.1.mlp.up_proj.weight')
    tensors.delete('model.norm.weight')
    expect(() => inferenceGraph(config, tensors, 64)).toThrow(
      expect.objectContaining({
        code: 'model/tensor-missing',
        parameters: { name: 'model.layers.1.mlp.up_proj.weight', count: 2 },
      }),
    )
  })
  test('of another shape', () => {
    const tensors = tensorsOf(configOf({ intermediate_size: 49 }))
    expect(() => inferenceGraph(config, tensors, 64)).toThrow(
      expect.objectContaining({
        code: 'model/tensor-shape',
        parameters: { name: 'model.layers.0.mlp.gate_proj.weight', found: '49 × 32', wanted: '48 × 32' },
      }),
    )
  })
  test('of a type that is not computed', () => {
    expect(() => inferenceGraph(config, tensorsOf(config, 'F64'), 64)).toThrow(
      expect.objectContaining({ code: 'weights/unsupported-type' }),
    )
  })
})
