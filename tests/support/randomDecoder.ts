import fc from 'fast-check'
import type { ModelConfig, Rope } from '../../src-main/engine/4-graph/config.ts'
import { count } from '../../src-main/engine/4-graph/elements.ts'
import { modelParameters } from '../../src-main/engine/4-graph/parameters.ts'
import type { Executor } from '../../src-main/engine/5-exec/executor.ts'
import { createDecoder, type Decoder } from '../../src-main/engine/6-train/decoder.ts'

const rope: fc.Arbitrary<Rope> = fc.constantFrom<Rope>(
  { type: 'default', theta: 1e4 },
  { type: 'linear', theta: 1e4, factor: 2 },
  { type: 'llama3', theta: 1e4, factor: 8, lowFrequencyFactor: 1, highFrequencyFactor: 4, originalMaxPositions: 8 },
  {
    type: 'yarn',
    theta: 1e4,
    factor: 4,
    originalMaxPositions: 8,
    betaFast: 32,
    betaSlow: 1,
    attentionFactor: 1.1,
    truncate: true,
  },
)

/** Small decoders of every kind that the engine knows. */
export const anyConfig: fc.Arbitrary<ModelConfig> = fc
  .record({
    rope,
    tiedEmbeddings: fc.boolean(),
    queryKeyValueBias: fc.boolean(),
    outputBias: fc.boolean(),
    mlpBias: fc.boolean(),
    queryKeyNorm: fc.boolean(),
    keyValueHeadCount: fc.constantFrom(1, 2, 4),
    headSize: fc.constantFrom(4, 6),
    layerCount: fc.constantFrom(1, 2),
    window: fc.constantFrom(null, 1, 3),
    vocabularySize: fc.constantFrom(7, 200, 211),
  })
  .map(({ window, ...options }) => ({
    family: 'llama',
    hiddenSize: 8,
    headCount: 4,
    intermediateSize: 12,
    rmsNormEpsilon: 1e-5,
    maxPositions: 32,
    initializerRange: 0.02,
    slidingWindow: Array.from({ length: options.layerCount }, (_, layer) => (layer === 0 ? window : null)),
    ...options,
  }))

/** Random weights, the same for the same seed. */
export function randomWeights(each: ModelConfig, seed: number): Map<string, Float32Array> {
  let state = seed
  const next = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32 - 0.5
  }
  return new Map(
    modelParameters(each).map(({ name, shape }) => [
      name,
      Float32Array.from({ length: count(shape as number[]) }, () => (name.includes('norm') ? 1 + 0.4 * next() : next())),
    ]),
  )
}

export async function buildDecoder(each: ModelConfig, executor: Executor, data: Map<string, Float32Array>): Promise<Decoder> {
  async function* weights() {
    for (const { name, shape } of modelParameters(each))
      yield await Promise.resolve({ name, shape: [...shape], data: (data.get(name) ?? new Float32Array()).slice() })
  }
  return createDecoder(each, executor, weights())
}
