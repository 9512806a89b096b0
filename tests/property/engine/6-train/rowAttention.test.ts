import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { TokenisedRow } from '../../../../src-main/engine/2-tokens/tokenisedRow.ts'
import { packBatch } from '../../../../src-main/engine/3-batches/packBatch.ts'
import type { ModelConfig } from '../../../../src-main/engine/4-graph/config.ts'
import type { Executor, Floats } from '../../../../src-main/engine/5-exec/executor.ts'
import { createOrtExecutor } from '../../../../src-main/engine/5-exec/ortExecutor.ts'
import { createReferenceExecutor } from '../../../../src-main/engine/5-exec/referenceExecutor.ts'
import { createRowAttention } from '../../../../src-main/engine/6-train/rowAttention.ts'
import { anyConfig } from '../../../support/randomDecoder.ts'
import { rowsThatShare } from '../../../support/rowsThatShare.ts'

/** The context of all layers and the gradients of what it was made of, where so many queries of a row are computed at once. */
async function attended(
  config: ModelConfig,
  rows: readonly TokenisedRow[],
  executor: Executor,
  queriesAtOnce: number,
): Promise<Floats[]> {
  const { headCount, keyValueHeadCount, headSize, layerCount } = config
  const attention = await createRowAttention(config, executor, queriesAtOnce)
  const batch = packBatch(rows)
  const tokens = batch.inputIds.length
  const tensor = (seed: number, heads: number) =>
    executor.upload(
      Float32Array.from({ length: tokens * heads * headSize }, (_, i) => Math.sin(seed + i * i)),
      [tokens, heads, headSize],
    )
  const projections = { query: tensor(1, headCount), key: tensor(2, keyValueHeadCount), value: tensor(3, keyValueHeadCount) }
  const found: Floats[] = []
  for (let layer = 0; layer < layerCount; layer++) {
    const laid = attention.rowsOf(batch)
    const context = await attention.forward(layer, laid, projections, undefined)
    found.push((await executor.download(context)).slice())
    const gradient = executor.rows(tensor(4, headCount), 0, tokens, [tokens, headCount * headSize])
    const gradients = await attention.backward(layer, laid, projections, gradient)
    for (const each of Object.values(gradients)) found.push((await executor.download(each)).slice())
  }
  await executor.dispose()
  return found
}

it.each([
  ['in float64', () => Promise.resolve(createReferenceExecutor()), 1e-12, 25],
  ['in float32', () => createOrtExecutor({ threads: 1 }), 1e-5, 6],
] as const)('a row in stretches gives what it gives as a whole, %s', async (_, createExecutor, tolerance, numRuns) => {
  await fc.assert(
    fc.asyncProperty(anyConfig, rowsThatShare, fc.integer({ min: 1, max: 4 }), async (config, rows, queriesAtOnce) => {
      const whole = await attended(config, rows, await createExecutor(), Infinity)
      const parts = await attended(config, rows, await createExecutor(), queriesAtOnce)
      whole.forEach((values, i) =>
        values.forEach((value, at) => expect(Math.abs(value - (parts[i]?.[at] ?? NaN))).toBeLessThan(tolerance)),
      )
    }),
    { numRuns },
  )
})
