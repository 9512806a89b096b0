import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { TokenisedRow } from '../../../src-main/engine/2-tokens/tokenisedRow.ts'
import { packBatch } from '../../../src-main/engine/3-batches/packBatch.ts'
import type { ModelConfig, Rope } from '../../../src-main/engine/4-graph/config.ts'
import { count } from '../../../src-main/engine/4-graph/elements.ts'
import { modelParameters } from '../../../src-main/engine/4-graph/parameters.ts'
import type { Executor } from '../../../src-main/engine/5-exec/executor.ts'
import { createOrtExecutor } from '../../../src-main/engine/5-exec/ortExecutor.ts'
import { createReferenceExecutor } from '../../../src-main/engine/5-exec/referenceExecutor.ts'
import { createDecoder } from '../../../src-main/engine/6-train/decoder.ts'

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

const config: fc.Arbitrary<ModelConfig> = fc
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

/** Rows of any lengths, some alike, each with some learned tokens; at least one that is learned after the shift. */
const rows = (vocabularySize: number): fc.Arbitrary<TokenisedRow[]> =>
  fc
    .array(fc.array(fc.tuple(fc.integer({ min: 0, max: vocabularySize - 1 }), fc.boolean()), { minLength: 2, maxLength: 7 }), {
      minLength: 1,
      maxLength: 4,
    })
    .map((all) =>
      all.map((tokens, row) => {
        const ids = tokens.map(([id]) => id)
        const labels = tokens.map(([id, learned], at) => (learned || (row === 0 && at === 1) ? id : -100))
        return { row, ids, labels, reasons: labels.map((label) => (label < 0 ? 'given' : 'learned')), cutOff: [], warnings: [] }
      }),
    )

const cases = config.chain((each) => fc.tuple(fc.constant(each), rows(each.vocabularySize), fc.integer({ min: 1, max: 2 ** 30 })))

function weightData(each: ModelConfig, seed: number): Map<string, Float32Array> {
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

async function build(each: ModelConfig, executor: Executor, data: Map<string, Float32Array>) {
  async function* weights() {
    for (const { name, shape } of modelParameters(each))
      yield await Promise.resolve({ name, shape: [...shape], data: (data.get(name) ?? new Float32Array()).slice() })
  }
  return createDecoder(each, executor, weights())
}

test('onnxruntime agrees with the float64 reference on loss and gradients, over any two micro-batches', async () => {
  await fc.assert(
    fc.asyncProperty(cases, async ([each, examples, seed]) => {
      const data = weightData(each, seed)
      const [ort, reference] = [
        await build(each, await createOrtExecutor({ threads: 1 }), data),
        await build(each, createReferenceExecutor(), data),
      ]
      for (const part of [examples, examples.slice(0, 1)]) {
        const batch = packBatch(part)
        const [a, b] = [await ort.accumulateGradients(batch, 0.1), await reference.accumulateGradients(batch, 0.1)]
        expect(Math.abs(a - b)).toBeLessThan(1e-4 * (1 + b))
        expect(Math.abs((await ort.evaluate(batch)) - a)).toBeLessThan(1e-4 * (1 + b))
      }
      for (const { name } of modelParameters(each)) {
        const [found, wanted] = [await ort.gradient(name), await reference.gradient(name)]
        const largest = Array.from(wanted).reduce((most, value) => Math.max(most, Math.abs(value)), 1e-3)
        for (const [i, value] of Array.from(found).entries())
          expect(Math.abs(value - (wanted[i] ?? NaN)) / largest, name).toBeLessThan(1e-4)
      }
      await ort.dispose()
    }),
    { numRuns: 12 },
  )
})

/** Small enough for the curvature not to show, large enough for float64's rounding not to. */
const STEP = 2 ** -11

test("the reference's gradients are those of finite differences, through the whole model", async () => {
  await fc.assert(
    fc.asyncProperty(cases, fc.nat(), async ([each, examples, seed], pick) => {
      const data = weightData(each, seed)
      const batch = packBatch(examples)
      const model = await build(each, createReferenceExecutor(), data)
      await model.accumulateGradients(batch, 1)
      for (const { name } of modelParameters(each)) {
        const values = data.get(name) ?? new Float32Array()
        const at = pick % values.length
        const lossAt = async (moved: number): Promise<number> => {
          const weights = new Map(data).set(
            name,
            values.map((value, i) => (i === at ? moved : value)),
          )
          return (await build(each, createReferenceExecutor(), weights)).evaluate(batch)
        }
        // Weights are float32: the way that one has really moved is what counts.
        const [up, down] = [STEP, -STEP].map((step) => Math.fround((values[at] ?? NaN) + step)) as [number, number]
        const slope = ((await lossAt(up)) - (await lossAt(down))) / (up - down)
        expect(Math.abs(((await model.gradient(name))[at] ?? NaN) - slope), name).toBeLessThan(2e-4 * (1 + Math.abs(slope)))
      }
    }),
    { numRuns: 25 },
  )
})
