import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { TokenisedRow } from '../../../src-main/engine/2-tokens/tokenisedRow.ts'
import { packBatch } from '../../../src-main/engine/3-batches/packBatch.ts'
import type { ModelConfig } from '../../../src-main/engine/4-graph/config.ts'
import { modelParameters } from '../../../src-main/engine/4-graph/parameters.ts'
import type { Executor, Floats } from '../../../src-main/engine/5-exec/executor.ts'
import { createOrtExecutor } from '../../../src-main/engine/5-exec/ortExecutor.ts'
import { createReferenceExecutor } from '../../../src-main/engine/5-exec/referenceExecutor.ts'
import { anyConfig, buildDecoder, randomWeights } from '../../support/randomDecoder.ts'
import { rowsThatShare } from '../../support/rowsThatShare.ts'

const norm = (values: Floats): number => Math.hypot(...values)

/**
 * The largest distance between a tensor's gradient with beginnings shared and without, or between the losses, relative to its size. A gradient that
 * is zero but for rounding (of the queries, where a row sees one token alone) is set against a hundredth of all gradients.
 */
async function largestDifference(
  [config, rows, seed]: [ModelConfig, TokenisedRow[], number],
  createExecutor: () => Promise<Executor>,
): Promise<number> {
  const data = randomWeights(config, seed)
  const computed = async (shareBeginnings: boolean): Promise<Floats[]> => {
    const model = await buildDecoder(config, await createExecutor(), data)
    const batch = packBatch(rows, { shareBeginnings })
    // Twice, so that buffers have been used before.
    const losses = [
      await model.accumulateGradients(batch, 1),
      await model.accumulateGradients(batch, 1),
      await model.evaluate(batch),
    ]
    const gradients: Floats[] = []
    for (const { name } of modelParameters(config)) gradients.push((await model.gradient(name)).slice())
    await model.dispose()
    return [Float64Array.from(losses), ...gradients]
  }
  const [shared, plain] = [await computed(true), await computed(false)]
  const whole = Math.hypot(...plain.slice(1).map(norm))
  return Math.max(
    ...plain.map((values, i) => {
      const distance = norm(Float64Array.from(values, (value, at) => value - (shared[i]?.[at] ?? NaN)))
      return distance / Math.max(norm(values), whole / 100)
    }),
  )
}

const cases = fc.tuple(anyConfig, rowsThatShare, fc.integer({ min: 1, max: 2 ** 30 }))

describe('a beginning that rows of a batch share, computed once', () => {
  it('gives the loss and the gradients of rows computed one by one', async () => {
    await fc.assert(
      fc.asyncProperty(cases, async (each) => {
        expect(await largestDifference(each, () => Promise.resolve(createReferenceExecutor()))).toBeLessThan(1e-12)
      }),
      { numRuns: 25 },
    )
  })

  it('does so in float32 as well', async () => {
    await fc.assert(
      fc.asyncProperty(cases, async (each) => {
        expect(await largestDifference(each, () => createOrtExecutor({ threads: 1 }))).toBeLessThan(1e-5)
      }),
      { numRuns: 4 },
    )
  })
})
