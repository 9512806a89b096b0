import { expect, test } from 'vitest'
import { neededOperations } from '../../../../scripts/bench/neededOperations.ts'
import type { Workload } from '../../../../scripts/bench/workloads.ts'
import { LORA } from '../../../../scripts/bench/measurement.ts'
import { count } from '../../../../src-main/engine/4-graph/elements.ts'
import { loraParts } from '../../../../src-main/engine/4-graph/partsToTrain.ts'
import { modelParameters } from '../../../../src-main/engine/4-graph/parameters.ts'
import { parseConfig } from '../../../../src-main/engine/4-graph/parseConfig.ts'
import { trainedParameters } from '../../../../src-main/engine/4-graph/trainedParts.ts'
import { createSettings } from '../../../../src-main/contract/trainingSettings.ts'

const config = parseConfig({
  model_type: 'llama',
  hidden_size: 32,
  intermediate_size: 48,
  num_hidden_layers: 3,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  vocab_size: 100,
  tie_word_embeddings: false,
})
const row = (tokens: number, learned: number): Workload['rows'][number] => {
  const ids = Array.from({ length: tokens }, (_, i) => i)
  return { ids, labels: ids.map((id, at) => (at < tokens - learned ? -100 : id)) }
}
const workload = (...rows: Workload['rows']): Workload => ({ name: 'seed', rows })
const operations = (...rows: Workload['rows']): number => neededOperations(config, workload(...rows), 'full')

test('where everything is learned, six operations for each weight of a matrix and each token, and attention', () => {
  const matrices = modelParameters(config).filter(({ name, shape }) => shape.length === 2 && name !== 'model.embed_tokens.weight')
  const weights = matrices.reduce((sum, { shape }) => sum + count(shape), 0)
  // Scores and their sums in three layers of width 32, twice multiplied and added, thrice with the backward pass.
  const attention = (tokens: number): number => 3 * 2 * tokens ** 2 * 32 * 2 * 3
  expect(operations(row(10, 10), row(6, 6))).toBe(6 * weights * 16 + attention(10) + attention(6))
})

test('a token that is not learned needs neither the head nor the last layer’s MLP', () => {
  const headAndLastLayer = 32 * 100 + 32 * 32 + 3 * 32 * 48
  expect(operations(row(10, 10)) - operations(row(10, 3))).toBe(6 * headAndLastLayer * 7)
})

test('with LoRA four for each frozen weight, six for each weight of an adapter, and the lowest projections without a gradient', () => {
  const matrices = modelParameters(config).filter(({ name, shape }) => shape.length === 2 && name !== 'model.embed_tokens.weight')
  const elements = (shapes: readonly { shape: readonly number[] }[]): number =>
    shapes.reduce((sum, { shape }) => sum + count([...shape]), 0)
  const adapters = elements(trainedParameters(config, loraParts(config, createSettings(LORA))))
  const lowest = elements(matrices.filter(({ name }) => /layers\.0\.self_attn\.[qkv]_proj/.test(name)))
  const attention = 3 * 2 * 10 ** 2 * 32 * 2 * 3
  expect(neededOperations(config, workload(row(10, 10)), 'lora')).toBe(
    (4 * elements(matrices) + 6 * adapters - 2 * lowest) * 10 + attention,
  )
})
