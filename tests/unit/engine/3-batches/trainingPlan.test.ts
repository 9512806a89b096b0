import { describe, expect, it } from 'vitest'
import { cursorAfter, epochAfter, trainingPlan } from '../../../../src-main/engine/3-batches/trainingPlan.ts'

const settings = {
  per_device_train_batch_size: 2,
  gradient_accumulation_steps: 2,
  dataloader_drop_last: false,
  seed: 42,
  data_seed: null,
  num_train_epochs: 3,
  max_steps: -1,
}

describe('trainingPlan', () => {
  it('counts steps over epochs', () => {
    expect(trainingPlan(9, settings)).toEqual({
      batchesPerEpoch: 5,
      stepsPerEpoch: 3,
      gradientAccumulationSteps: 2,
      totalSteps: 9,
      epochCount: 3,
    })
  })

  it('ends a fraction of an epoch at the next whole step', () => {
    expect(trainingPlan(9, { ...settings, num_train_epochs: 1.5 })).toMatchObject({ totalSteps: 5, epochCount: 2 })
  })

  it('max_steps decides where it is set', () => {
    expect(trainingPlan(9, { ...settings, max_steps: 4 })).toMatchObject({ totalSteps: 4, epochCount: 2 })
  })

  it('refuses a run without a batch', () => {
    expect(() => trainingPlan(1, { ...settings, dataloader_drop_last: true })).toThrow(
      expect.objectContaining({ code: 'batches/none', parameters: { rows: 1, batchSize: 2 } }),
    )
    expect(() => trainingPlan(0, settings)).toThrow(expect.objectContaining({ code: 'batches/none' }))
  })
})

describe('the place in the data', () => {
  const plan = trainingPlan(9, settings) // 5 batches, 3 steps an epoch

  it('follows from the finished steps', () => {
    expect([0, 2, 3, 7].map((step) => cursorAfter(plan, step))).toEqual([
      { epoch: 0, step: 0 },
      { epoch: 0, step: 2 },
      { epoch: 1, step: 0 },
      { epoch: 2, step: 1 },
    ])
  })

  it("is told in the Trainer's epochs, whose parts are micro-batches", () => {
    expect([0, 1, 2, 3, 4, 9].map((step) => epochAfter(plan, step))).toEqual([0, 0.4, 0.8, 1, 1.4, 3])
  })
})
