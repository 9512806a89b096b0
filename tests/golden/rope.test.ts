import { expect, test } from 'vitest'
import { parseConfig } from '../../src-main/engine/4-graph/parseConfig.ts'
import { rotaryFrequencies } from '../../src-main/engine/4-graph/rope.ts'
import { readInferenceGolden } from './inferenceGolden.ts'

/** Two float32 roundings: torch's vectorised pow is within one, and the order of a product differs. */
const TOLERANCE = 2 * 2 ** -23

test.each(readInferenceGolden().ropes)('$rope_parameters.rope_type over $head_size channels', (golden) => {
  const { rope } = parseConfig({
    model_type: 'llama',
    hidden_size: golden.head_size * 2,
    num_attention_heads: 2,
    max_position_embeddings: 131072,
    rope_parameters: golden.rope_parameters,
  })
  const { inverseFrequencies, attentionFactor } = rotaryFrequencies(rope, golden.head_size)
  expect(inverseFrequencies).toHaveLength(golden.inverse_frequencies.length)
  expect(attentionFactor).toBeCloseTo(golden.attention_factor, 12)
  golden.inverse_frequencies.forEach((expected, i) => {
    expect(Math.abs((inverseFrequencies[i] ?? NaN) - expected) / expected, `channel ${i}`).toBeLessThan(TOLERANCE)
  })
})
