import { expect, test } from 'vitest'
import { penaliseRepetition, tokenDistribution } from '../../src-main/engine/8-infer/sampleToken.ts'
import { readInferenceGolden } from './inferenceGolden.ts'

test.each(readInferenceGolden().sampling)("what may be drawn is transformers' with $settings", ({ settings, ...golden }) => {
  const { repetition_penalty = 1, ...sampling } = settings
  const logits = Float32Array.from(golden.logits)
  penaliseRepetition(logits, new Set(golden.previous), repetition_penalty)
  const { tokens, weights } = tokenDistribution(logits, { temperature: 1, top_k: 0, top_p: 1, ...sampling })

  const total = weights.reduce((sum, weight) => sum + weight, 0)
  const probabilities = golden.logits.map(() => 0)
  tokens.forEach((token, i) => {
    probabilities[token] = (weights[i] ?? NaN) / total
  })
  probabilities.forEach((probability, token) => {
    expect(Math.abs(probability - (golden.probabilities[token] ?? NaN)), `token ${token}`).toBeLessThan(1e-6)
  })
})
