import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { TokenisedRow } from '../../../src-main/engine/2-tokens/tokenisedRow.ts'
import { packBatch } from '../../../src-main/engine/3-batches/packBatch.ts'
import { modelParameters } from '../../../src-main/engine/4-graph/parameters.ts'
import type { Floats } from '../../../src-main/engine/5-exec/executor.ts'
import { createOrtExecutor } from '../../../src-main/engine/5-exec/ortExecutor.ts'
import { createReferenceExecutor } from '../../../src-main/engine/5-exec/referenceExecutor.ts'
import type { Decoder } from '../../../src-main/engine/6-train/decoder.ts'
import type { OptimizerStep } from '../../../src-main/engine/6-train/optimizers/optimizer.ts'
import { anyConfig, buildDecoder, randomWeights } from '../../support/randomDecoder.ts'

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

const cases = anyConfig.chain((each) =>
  fc.tuple(fc.constant(each), rows(each.vocabularySize), fc.integer({ min: 1, max: 2 ** 30 })),
)

const DESCENT: OptimizerStep = {
  optim: 'sgd',
  learningRate: 1,
  weightDecay: 0.01,
  gradientScale: 0.5,
  ...{ beta1: 0, beta2: 0, epsilon: 0 },
}

const weightsOf = async (model: Decoder): Promise<Map<string, Float32Array>> => {
  const found = new Map<string, Float32Array>()
  for await (const { name, data } of model.weights()) found.set(name, data.slice())
  return found
}

async function expectClose(name: string, found: Promise<Floats> | Floats | undefined, wanted: Promise<Floats> | Floats) {
  const [a, b] = [Array.from((await found) ?? []), Array.from(await wanted)]
  expect(a.length, name).toBe(b.length)
  const largest = b.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-3)
  for (const [i, value] of a.entries()) expect(Math.abs(value - (b[i] ?? NaN)) / largest, name).toBeLessThan(1e-5)
}

test('onnxruntime agrees with the float64 reference on loss and gradients, over any two micro-batches', async () => {
  await fc.assert(
    fc.asyncProperty(cases, async ([each, examples, seed]) => {
      const data = randomWeights(each, seed)
      const [ort, reference] = [
        await buildDecoder(each, await createOrtExecutor({ threads: 1 }), data),
        await buildDecoder(each, createReferenceExecutor(), data),
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

test('layers that are run again on the way back give the same loss and gradients, bit for bit', async () => {
  await fc.assert(
    fc.asyncProperty(cases, async ([drawn, examples, seed]) => {
      const each = { ...drawn, layerCount: 3, slidingWindow: [null, ...drawn.slidingWindow, null].slice(0, 3) }
      const data = randomWeights(each, seed)
      const stashed = await buildDecoder(each, await createOrtExecutor({ threads: 1 }), data)
      const recomputed = await buildDecoder(each, await createOrtExecutor({ threads: 1 }), data)
      recomputed.recomputesActivations = true
      for (const part of [examples, examples.slice(0, 1)]) {
        const batch = packBatch(part)
        expect(await recomputed.accumulateGradients(batch, 0.1)).toBe(await stashed.accumulateGradients(batch, 0.1))
      }
      for (const { name } of modelParameters(each))
        expect(await recomputed.gradient(name), name).toEqual(await stashed.gradient(name))
      await Promise.all([stashed.dispose(), recomputed.dispose()])
    }),
    { numRuns: 6 },
  )
})

test.each(['onnxruntime', 'reference'] as const)(
  'gradients that stay factors are the same, and so are norm and step, %s',
  async (kind) => {
    const executor = () => (kind === 'reference' ? createReferenceExecutor() : createOrtExecutor({ threads: 2 }))
    await fc.assert(
      fc.asyncProperty(cases, async ([each, examples, seed]) => {
        const data = randomWeights(each, seed)
        const made = await buildDecoder(each, await executor(), data)
        const factored = await buildDecoder(each, await executor(), data)
        const batch = packBatch(examples)
        expect(await factored.accumulateGradients(batch, 0.1, true)).toBe(await made.accumulateGradients(batch, 0.1))
        const norm = await made.gradientNorm()
        expect(Math.abs((await factored.gradientNorm()) - norm)).toBeLessThan(1e-5 * norm)
        for (const { name } of modelParameters(each)) await expectClose(name, factored.gradient(name), made.gradient(name))
        // Gradient descent shows what it was given.
        for (const model of [factored, made]) await model.optimizerStep(DESCENT)
        const moved = await weightsOf(factored)
        for await (const { name, data: wanted } of made.weights()) await expectClose(name, moved.get(name), wanted)
        await Promise.all([made.dispose(), factored.dispose()])
      }),
      { numRuns: 5 },
    )
  },
)

/** Small enough for the curvature not to show, large enough for float64's rounding not to. */
const STEP = 2 ** -11

test("the reference's gradients are those of finite differences, through the whole model", async () => {
  await fc.assert(
    fc.asyncProperty(cases, fc.nat(), async ([each, examples, seed], pick) => {
      const data = randomWeights(each, seed)
      const batch = packBatch(examples)
      const model = await buildDecoder(each, createReferenceExecutor(), data)
      await model.accumulateGradients(batch, 1)
      for (const { name } of modelParameters(each)) {
        const values = data.get(name) ?? new Float32Array()
        const at = pick % values.length
        const lossAt = async (moved: number): Promise<number> => {
          const weights = new Map(data).set(
            name,
            values.map((value, i) => (i === at ? moved : value)),
          )
          return (await buildDecoder(each, createReferenceExecutor(), weights)).evaluate(batch)
        }
        const slopeOver = async (step: number): Promise<number> => {
          // Weights are float32: the way that one has really moved is what counts.
          const [up, down] = [step, -step].map((way) => Math.fround((values[at] ?? NaN) + way)) as [number, number]
          return ((await lossAt(up)) - (await lossAt(down))) / (up - down)
        }
        const gradient = (await model.gradient(name))[at] ?? NaN
        let slope = await slopeOver(STEP)
        let tolerance = 2e-4 * (1 + Math.abs(slope))
        // Where the loss bends much on the way, a shorter way is nearer to the slope, and how much nearer says how far that may be off.
        for (let step = STEP; Math.abs(gradient - slope) >= tolerance && step > STEP / 10;) {
          step /= 2
          const nearer = await slopeOver(step)
          tolerance = 2e-4 * (1 + Math.abs(nearer)) + Math.abs(nearer - slope) / 2
          slope = nearer
        }
        expect(Math.abs(gradient - slope), name).toBeLessThan(tolerance)
      }
    }),
    { numRuns: 25 },
  )
})
