import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createSettings, type TrainingSettings } from '../../../src-main/contract/trainingSettings.ts'
import { parseConfig } from '../../../src-main/engine/4-graph/parseConfig.ts'
import { readModelFolder } from '../../../src-main/files/modelFolder.ts'
import { estimate, type EstimateRequest } from '../../../src-main/jobs/estimate.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'

const STARTER_FOLDER = resolve('resources/starter-model')

async function estimated(settings: Partial<TrainingSettings> = {}, changes: Partial<EstimateRequest> = {}) {
  return estimate(
    {
      model: STARTER_FOLDER,
      folder: join(await temporaryFolder(), 'runs'),
      settings: createSettings({ num_train_epochs: 10, per_device_train_batch_size: 2, save_strategy: 'no', ...settings }),
      lengths: { learnedFrom: [40, 60, 50, 200, 30], heldOut: [] },
      taughtShare: 0.4,
      gigaflops: 100,
      measure: false,
      ...changes,
    },
    new AbortController().signal,
  )
}

describe('what a training will take, by a formula', () => {
  it('counts the optimizer steps of the plan', async () => {
    expect(await estimated()).toMatchObject({ basis: 'formula', steps: 30, blockers: [], verdict: 'fits' })
    expect((await estimated({ max_steps: 7 })).steps).toBe(7)
  })
  it('takes twice the time for twice the epochs, and less on a quicker computer', async () => {
    const [once, twice, quicker] = [
      await estimated(),
      await estimated({ num_train_epochs: 20 }),
      await estimated({}, { gigaflops: 1000 }),
    ]
    const model = { low: (4 * 4_526_336) / 1.5e9, high: (4 * 4_526_336) / 150e6 } // written once, however long the run
    expect(twice.seconds.low - model.low).toBeCloseTo(2 * (once.seconds.low - model.low), 6)
    expect(twice.seconds.high - model.high).toBeCloseTo(2 * (once.seconds.high - model.high), 6)
    expect(once.seconds.low).toBeLessThan(once.seconds.high)
    expect(quicker.seconds.high).toBeLessThan(once.seconds.high)
  })
  it('adds evaluations, answers and checkpoints', async () => {
    const plain = await estimated()
    const heldOut = { lengths: { learnedFrom: [40, 60, 50, 200, 30], heldOut: [100, 100] } }
    const more = [
      await estimated({ eval_strategy: 'epoch' }, heldOut),
      await estimated({ sample_each_epoch: true }),
      await estimated({ save_strategy: 'epoch' }),
    ]
    for (const { seconds } of more) {
      expect(seconds.low).toBeGreaterThan(plain.seconds.low)
      expect(seconds.high).toBeGreaterThan(plain.seconds.high)
    }
    expect(more[2]?.disk.needed).toBeGreaterThan(5 * plain.disk.needed)
  })
  it('begins its range where the run may end early', async () => {
    const [whole, early] = [await estimated(), await estimated({ stop_when_test_passes: true })]
    expect(early.seconds.low).toBeCloseTo(whole.seconds.low / 10, 6)
    expect(early.seconds.high).toBe(whole.seconds.high)
  })
  it('counts the base’s file, which steps read where it lies, but not what is held in 8 bits of it', async () => {
    const lora = { method: 'lora', r: 4 } as const
    const [mapped, in8bit, full] = [await estimated(lora), await estimated({ ...lora, load_in_8bit: true }), await estimated()]
    // The starter model has 4.5 million numbers, of which its 4 layers are 3.0 million, in 16 bits: 5.9 MB are not read any more. A layer is in float32 at a time.
    const layers = 2_953_216
    const held = (1 + 4 / 32) * layers + (4 * layers) / 4
    expect(mapped.memory.needed - in8bit.memory.needed).toBeGreaterThan(2 * layers - 1.01 * held)
    expect(mapped.memory.needed - in8bit.memory.needed).toBeLessThan(2 * layers - 0.99 * held)
    expect(mapped.memory.needed).toBeLessThan(full.memory.needed)
  })
  it('takes less where frozen layers are computed once, but not for a single epoch, and more memory', async () => {
    const top = { layers_to_transform: '3', per_device_train_batch_size: 1 }
    const off = { ...top, frozen_cache: 'off' } as const
    const [kept, computed, all] = [
      await estimated(top),
      await estimated(off),
      await estimated({ per_device_train_batch_size: 1 }),
    ]
    expect(kept.seconds.low).toBeLessThan(computed.seconds.low)
    expect(kept.seconds.high).toBeLessThan(computed.seconds.high)
    expect(computed.seconds.high).toBeLessThan(all.seconds.high)
    const { hiddenSize } = parseConfig((await readModelFolder(STARTER_FOLDER)).config)
    expect(kept.memory.needed - computed.memory.needed).toBe(4 * hiddenSize * (40 + 60 + 50 + 200 + 30))
    const single = { num_train_epochs: 1 }
    expect((await estimated({ ...top, ...single })).seconds).toEqual((await estimated({ ...off, ...single })).seconds)
  })
  it('takes less for evaluations too', async () => {
    const heldOut = { lengths: { learnedFrom: [40, 60], heldOut: [400, 400] } }
    const top = { layers_to_transform: '3', eval_strategy: 'epoch' } as const
    const [kept, computed] = [await estimated(top, heldOut), await estimated({ ...top, frozen_cache: 'off' }, heldOut)]
    const [without, withoutKept] = [
      await estimated({ ...top, eval_strategy: 'no' }, heldOut),
      await estimated({ ...top, eval_strategy: 'no', frozen_cache: 'off' }, heldOut),
    ]
    expect(kept.seconds.high - without.seconds.high).toBeLessThan(computed.seconds.high - withoutKept.seconds.high)
  })
  it('needs memory for the largest batch, however the others are', async () => {
    const one = await estimated({ per_device_train_batch_size: 1 })
    const longer = await estimated(
      { per_device_train_batch_size: 1 },
      { lengths: { learnedFrom: [40, 60, 50, 400, 30], heldOut: [] } },
    )
    const more = await estimated(
      { per_device_train_batch_size: 1 },
      { lengths: { learnedFrom: [140, 160, 150, 200, 130], heldOut: [] } },
    )
    expect(longer.memory.needed).toBeGreaterThan(one.memory.needed)
    expect(more.memory.needed).toBe(one.memory.needed)
  })
})

it('a measured estimate is near the formula’s in memory, and its range is narrower in time', async () => {
  const [formula, measured] = [await estimated(), await estimated({}, { measure: true })]
  expect(measured.basis).toBe('measured')
  expect(measured.memory.needed).toBeGreaterThanOrEqual(formula.memory.needed)
  expect(measured.seconds.low).toBeGreaterThan(0)
  expect(measured.seconds.low).toBeLessThanOrEqual(measured.seconds.high)
})

it('no plan without a batch', async () => {
  const settings = { dataloader_drop_last: true, per_device_train_batch_size: 9 }
  await expect(estimated(settings)).rejects.toMatchObject({ code: 'batches/none' })
})
