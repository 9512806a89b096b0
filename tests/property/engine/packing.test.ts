import fc from 'fast-check'
import { expect, it } from 'vitest'
import { IGNORE_INDEX, type TokenisedRow } from '../../../src-main/engine/2-tokens/tokenisedRow.ts'
import { packBatch } from '../../../src-main/engine/3-batches/packBatch.ts'
import { trainingSequences } from '../../../src-main/engine/3-batches/trainingSequences.ts'
import { modelParameters } from '../../../src-main/engine/4-graph/parameters.ts'
import { createReferenceExecutor } from '../../../src-main/engine/5-exec/referenceExecutor.ts'
import { anyConfig, buildDecoder, randomWeights } from '../../support/randomDecoder.ts'

const LONGEST = 7
const anyRows = fc
  .array(fc.array(fc.tuple(fc.integer({ min: 0, max: 6 }), fc.boolean()), { minLength: 1, maxLength: LONGEST }), {
    minLength: 2,
    maxLength: 7,
  })
  .map((all) =>
    all.map((tokens, row): TokenisedRow => {
      const ids = tokens.map(([id]) => id)
      return {
        row,
        ids,
        labels: tokens.map(([id, learned]) => (learned ? id : IGNORE_INDEX)),
        reasons: [],
        cutOff: [],
        warnings: [],
      }
    }),
  )

it('rows that are packed have the loss and the gradients of rows that are alone: they do not see each other', async () => {
  await fc.assert(
    fc.asyncProperty(anyConfig, anyRows, fc.integer({ min: 1, max: 2 ** 30 }), async (config, rows, seed) => {
      const lengths = rows.map(({ ids }) => ids.length)
      const [packed, alone] = await Promise.all(
        [true, false].map(async (packing) => {
          const model = await buildDecoder(config, createReferenceExecutor(), randomWeights(config, seed))
          let loss = 0
          for (const sequence of trainingSequences(lengths, { packing, max_length: 2 * LONGEST }))
            loss += await model.accumulateGradients(packBatch(sequence.flatMap((row) => rows[row] ?? [])), 0.1)
          const gradients: number[] = []
          for (const { name } of modelParameters(config)) gradients.push(...(await model.gradient(name)))
          return { loss, gradients }
        }),
      )
      if (!packed || !alone) throw new Error('both ways are run')
      expect(Math.abs(packed.loss - alone.loss)).toBeLessThanOrEqual(1e-12 * alone.loss)
      const distance = Math.hypot(...packed.gradients.map((value, i) => value - (alone.gradients[i] ?? NaN)))
      expect(distance).toBeLessThanOrEqual(1e-12 * Math.hypot(...alone.gradients))
    }),
    { numRuns: 20 },
  )
})
