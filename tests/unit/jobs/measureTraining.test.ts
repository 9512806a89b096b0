import { resolve } from 'node:path'
import { expect, it } from 'vitest'
import { createSettings } from '../../../src-main/contract/trainingSettings.ts'
import { parseConfig } from '../../../src-main/engine/4-graph/parseConfig.ts'
import { readModelFolder } from '../../../src-main/files/modelFolder.ts'
import { type KeptOutputs, layersOfPass } from '../../../src-main/jobs/keptOutputs.ts'
import { measureTraining } from '../../../src-main/jobs/measureTraining.ts'
import { batchOperations } from '../../../src-main/jobs/trainingCost.ts'

const STARTER_FOLDER = resolve('resources/starter-model')
const config = parseConfig((await readModelFolder(STARTER_FOLDER)).config)

/** Seconds of a batch in the first epoch and in later ones. */
async function measured(kept: KeptOutputs) {
  const batch = { lengths: [60, 50], supervised: 40 }
  const settings = createSettings({ layers_to_transform: '3' })
  const size = { smallest: batch, largest: batch, recomputes: false, kept }
  const found = await measureTraining(STARTER_FOLDER, config, settings, size, new AbortController().signal)
  const { first, later } = layersOfPass(config, kept)
  return [
    found?.pace.first.batch(batchOperations(config, batch, first)),
    found?.pace.later.batch(batchOperations(config, batch, later)),
  ]
}

it('a batch whose frozen layers are computed once takes less in later epochs', async () => {
  const [first, later] = await measured({ layers: 3, training: true, evaluation: false })
  expect(later?.low).toBeGreaterThan(0)
  expect(later?.low).toBeLessThan(first?.low ?? NaN)
  expect(later?.high).toBeLessThan(first?.high ?? NaN)
})

it('and the same where nothing is kept', async () => {
  const [first, later] = await measured({ layers: 3, training: false, evaluation: false })
  expect(later).toEqual(first)
})
