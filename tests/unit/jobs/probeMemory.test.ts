import { resolve } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { createSettings } from '../../../src-main/contract/trainingSettings.ts'
import { packBatch } from '../../../src-main/engine/3-batches/packBatch.ts'
import { parseConfig } from '../../../src-main/engine/4-graph/parseConfig.ts'
import type { Executor } from '../../../src-main/engine/5-exec/executor.ts'
import { createOrtExecutor } from '../../../src-main/engine/5-exec/ortExecutor.ts'
import { createDecoder } from '../../../src-main/engine/6-train/decoder.ts'
import { AS_PLANNED } from '../../../src-main/engine/6-train/stepMemory.ts'
import { readWeights } from '../../../src-main/engine/7-record/checkpoint.ts'
import { readModelFolder } from '../../../src-main/files/modelFolder.ts'
import type { MemoryRoom } from '../../../src-main/jobs/fitMemory.ts'
import { madeUpRows } from '../../../src-main/jobs/measureTraining.ts'
import { probeMemory } from '../../../src-main/jobs/probeMemory.ts'
import { trainingBytes } from '../../../src-main/jobs/trainingMemory.ts'
import { refusal } from '../../support/refusal.ts'

const STARTER_FOLDER = resolve('resources/starter-model')
const config = parseConfig((await readModelFolder(STARTER_FOLDER)).config)
const settings = createSettings({ per_device_train_batch_size: 8 })
const rows = { learnedFrom: Array.from({ length: 8 }, () => ({ tokens: 100, supervised: 50 })), heldOut: [] }
const needed = trainingBytes(config, settings, rows, AS_PLANNED)
const roomOf = (available: number): MemoryRoom => ({
  rows,
  limit: { available, total: 16e9 },
  fitted: { memory: AS_PLANNED, needed },
})

/** The starter model on an executor that has no memory for so many tokens at once; every pass is counted that it begins. */
async function starterModel(mostTokens = Infinity) {
  const executor = await createOrtExecutor({ threads: 2 })
  const passes: number[] = []
  const small: Executor = {
    ...executor,
    scratch(name, shape) {
      const [tokens = 0] = shape
      if (name === 'forward.embedded') {
        passes.push(tokens)
        if (tokens > mostTokens) throw new RangeError('Array buffer allocation failed')
      }
      return executor.scratch(name, shape)
    },
  }
  const model = await createDecoder(config, small, readWeights(STARTER_FOLDER))
  onTestFinished(() => model.dispose())
  return { model, passes }
}

it('no pass is carried out where there is far more memory than is needed', async () => {
  const { model, passes } = await starterModel()
  expect(await probeMemory(model, settings, roomOf(10 * needed))).toEqual(AS_PLANNED)
  expect(passes).toEqual([])
})

it('a longest batch that finds no memory is halved until it does, and the model is what it was', async () => {
  const { model, passes } = await starterModel(300)
  const found = await probeMemory(model, settings, roomOf(1.9 * needed))
  expect(found).toEqual({ rowsAtOnce: 2, recomputes: false })
  expect(passes).toEqual([800, 400, 200])
  expect((await model.gradient('model.embed_tokens.weight')).every((value) => value === 0)).toBe(true)

  const fresh = await starterModel()
  const batch = packBatch(madeUpRows(config, { lengths: [20], supervised: 10 }))
  expect(await model.accumulateGradients(batch, 1)).toBe(await fresh.model.accumulateGradients(batch, 1))
  const norm = 'model.norm.weight'
  expect(await model.gradient(norm)).toEqual(await fresh.model.gradient(norm))
})

it('a training is refused whose pass holds more than there is, whatever the formula said', async () => {
  const { model } = await starterModel()
  const room = roomOf(20e6)
  await expect(probeMemory(model, settings, room)).rejects.toEqual(refusal('runs/no-memory'))
})

it('an error that is none of memory is not taken for one', async () => {
  const { model } = await starterModel()
  const broken = { ...model, accumulateGradients: () => Promise.reject(new Error('a fault')) }
  await expect(probeMemory(broken, settings, roomOf(needed))).rejects.toThrow('a fault')
})
