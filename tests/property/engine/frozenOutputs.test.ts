import fc from 'fast-check'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createSettings } from '../../../src-main/contract/trainingSettings.ts'
import type { TokenisedRow } from '../../../src-main/engine/2-tokens/tokenisedRow.ts'
import { packBatch } from '../../../src-main/engine/3-batches/packBatch.ts'
import { trainedTokens } from '../../../src-main/engine/3-batches/trainedTokens.ts'
import type { ModelConfig } from '../../../src-main/engine/4-graph/config.ts'
import { initialAdapters } from '../../../src-main/engine/4-graph/initialAdapters.ts'
import { modelParameters } from '../../../src-main/engine/4-graph/parameters.ts'
import { partsToTrain } from '../../../src-main/engine/4-graph/partsToTrain.ts'
import { trainedParameters } from '../../../src-main/engine/4-graph/trainedParts.ts'
import type { Executor, Floats } from '../../../src-main/engine/5-exec/executor.ts'
import { createOrtExecutor } from '../../../src-main/engine/5-exec/ortExecutor.ts'
import { createReferenceExecutor } from '../../../src-main/engine/5-exec/referenceExecutor.ts'
import { createDecoder } from '../../../src-main/engine/6-train/decoder.ts'
import { createFrozenOutputs, type FrozenPrecision, type FrozenRoom } from '../../../src-main/engine/6-train/frozenOutputs.ts'
import type { NamedTensor } from '../../../src-main/engine/6-train/trainableModel.ts'
import { folderOfAtomicFiles } from '../../../src-main/files/atomicFile.ts'
import { openWeights } from '../../../src-main/files/safetensors.ts'
import { writeWeights } from '../../../src-main/files/writeWeights.ts'
import { anyConfig, randomWeights } from '../../support/randomDecoder.ts'
import { rowsOfTokens } from '../../support/rowsThatShare.ts'

const LAYERS = 3
const config = anyConfig.map((each): ModelConfig => ({
  ...each,
  layerCount: LAYERS,
  slidingWindow: Array.from({ length: LAYERS }, (_, layer) => (layer === 0 ? (each.slidingWindow[0] ?? null) : null)),
}))

/** Full, LoRA with dropout, and one that trains the last norm alone: of one, two and no layers. */
const trained = fc.constantFrom(
  { layers_to_transform: '1-2' },
  { layers_to_transform: '2' },
  { method: 'lora', layers_to_transform: '1', lora_dropout: 0.3, r: 2 },
  { method: 'lora', layers_to_transform: '2', target_modules: 'q_proj', r: 2, modules_to_save: 'norm' },
)

/** Two ids alone, so that most rows share something and some are alike. At least one row learns. */
const rows: fc.Arbitrary<TokenisedRow[]> = fc
  .array(fc.array(fc.tuple(fc.integer({ min: 0, max: 1 }), fc.boolean()), { minLength: 1, maxLength: 7 }), {
    minLength: 2,
    maxLength: 6,
  })
  .map(rowsOfTokens)
  .filter((all) => trainedTokens(all) > 0)

const room: fc.Arbitrary<FrozenRoom> = fc.constantFrom(
  { memory: 1e6, disk: 0 },
  { memory: 100, disk: 1e6 },
  { memory: 200, disk: 200 },
  { memory: 0, disk: 0 },
)

/** All that a run of three epochs computes: losses of the steps and of evaluations, each step's gradients. */
async function computed(
  folder: string,
  each: {
    config: ModelConfig
    data: Map<string, Float32Array>
    settings: Record<string, unknown>
    rows: TokenisedRow[]
    batches: number[][][]
  },
  cache: { precision: FrozenPrecision; room: FrozenRoom } | null,
  executor: Executor,
): Promise<Floats[]> {
  const settings = createSettings(each.settings)
  const parts = partsToTrain(each.config, settings)
  const all = modelParameters(each.config).map(({ name, shape }) => ({
    name,
    shape: [...shape],
    data: each.data.get(name) ?? new Float32Array(),
  }))
  async function* weights(): AsyncGenerator<NamedTensor> {
    yield* initialAdapters(each.config, parts, 1)
    for (const tensor of all) if (parts.parameters.has(tensor.name)) yield { ...tensor, data: tensor.data.slice() }
  }
  const { tensors, close } = await openWeights(folder)
  await close()
  const model = await createDecoder(each.config, executor, weights(), { parts, frozen: { folder, tensors }, seed: 1 })
  const outputs = cache && createFrozenOutputs({ ...cache, path: join(folder, 'outputs'), clock: () => 0 })
  if (outputs) Object.assign(model.frozenOutputs, { training: outputs, evaluation: outputs })
  const results: Floats[] = []
  for (const epoch of each.batches) {
    for (const [step, batch] of epoch.entries()) {
      const packed = packBatch(
        batch.flatMap((row) => each.rows[row] ?? []),
        { shareBeginnings: settings.lora_dropout === 0 },
      )
      results.push(Float64Array.of(await model.accumulateGradients(packed, 0.5)))
      if (step % 2 === 1) continue
      for (const { name } of trainedParameters(each.config, parts)) results.push((await model.gradient(name)).slice())
      model.discardGradients()
    }
    results.push(Float64Array.of(await model.evaluate(packBatch(each.rows))))
  }
  await model.dispose()
  await outputs?.close()
  return results
}

const norm = (values: Floats): number => Math.hypot(...values)

/** The largest distance of two results, relative to their size, or to a hundredth of the largest where they are zero but for rounding. */
function largestDifference(some: readonly Floats[], others: readonly Floats[]): number {
  const whole = Math.max(...others.map(norm))
  expect(some.length).toBe(others.length)
  return Math.max(
    ...others.map((values, i) => {
      const distance = norm(Float64Array.from(values, (value, at) => value - (some[i]?.[at] ?? NaN)))
      return distance / Math.max(norm(values), whole / 100, 1e-6)
    }),
  )
}

const cases = fc.record({
  config,
  settings: trained,
  rows,
  seed: fc.integer({ min: 1, max: 2 ** 30 }),
  order: fc.array(fc.nat(), { minLength: 18, maxLength: 18 }),
  room,
})

type Case = typeof cases extends fc.Arbitrary<infer Drawn> ? Drawn : never
type Cache = Parameters<typeof computed>[2]

/** Runs a case with one cache and with another, on an executor of its own each. */
async function bothWays(
  { config: model, settings, rows: all, seed, order }: Case,
  caches: [Cache, Cache],
  createExecutor: () => Promise<Executor>,
): Promise<[Floats[], Floats[]]> {
  const folder = await mkdtemp(join(tmpdir(), 'tunedesk-'))
  try {
    const data = randomWeights(model, seed)
    async function* tensors(): AsyncGenerator<NamedTensor> {
      for (const { name, shape } of modelParameters(model))
        yield await Promise.resolve({ name, shape: [...shape], data: data.get(name) ?? new Float32Array() })
    }
    await writeWeights(folderOfAtomicFiles(folder), modelParameters(model), tensors())
    // Three epochs of two batches of up to three rows.
    const batches = [0, 6, 12].map((epoch) =>
      [0, 3].map((batch) => order.slice(epoch + batch, epoch + batch + 3).map((value) => value % all.length)),
    )
    const each = { config: model, data, settings, rows: all, batches }
    return [
      await computed(folder, each, caches[0], await createExecutor()),
      await computed(folder, each, caches[1], await createExecutor()),
    ]
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

const onnxruntime = (): Promise<Executor> => createOrtExecutor({ threads: 1 })

describe('frozen layers that are computed once for each row', () => {
  it.each([
    { name: 'in float64', create: () => Promise.resolve(createReferenceExecutor()), numRuns: 20 },
    { name: 'in float32', create: onnxruntime, numRuns: 3 },
  ])('give the losses and gradients of those that are computed for every batch, $name', async ({ create, numRuns }) => {
    await fc.assert(
      fc.asyncProperty(cases, async (each) => {
        const [kept, plain] = await bothWays(each, [{ precision: 'float32', room: each.room }, null], create)
        expect(largestDifference(kept, plain)).toBeLessThan(1e-5)
      }),
      { numRuns },
    )
  })

  it.each(['float32', 'float16'] as const)(
    'give the same to the last bit however much is kept, and where: %s',
    async (precision) => {
      await fc.assert(
        fc.asyncProperty(cases, async (each) => {
          const caches: [Cache, Cache] = [
            { precision, room: each.room },
            { precision, room: { memory: 0, disk: 0 } },
          ]
          const [kept, again] = await bothWays(each, caches, onnxruntime)
          expect(kept).toEqual(again)
        }),
        { numRuns: 2 },
      )
    },
  )
})
