import { describe, expect, test } from 'vitest'
import { train, type TrainingRun } from '../../../../src-main/engine/6-train/train.ts'
import { collect, createMemoryRecorder, readState, restore } from '../../../support/memoryRecorder.ts'
import { memoryRun as setUp } from '../../../support/memoryRun.ts'
import { errorOf } from '../../../support/errorOf.ts'

describe('a run that is stopped', () => {
  const settings = {
    num_train_epochs: 3,
    logging_steps: 3,
    eval_strategy: 'epoch',
    save_strategy: 'epoch',
    metric_for_best_model: 'loss',
    save_total_limit: 2,
    weight_decay: 0.1,
    lr_scheduler_type: 'cosine',
    warmup_steps: 0.2,
  } as const

  test.each([1, 2, 3, 4, 5, 8, 11])(
    'after step %i goes on to the very same weights, optimizer state, log and checkpoints',
    async (stopAt) => {
      const whole = setUp(settings)
      const expected = await train(whole.run)

      const stopping = new AbortController()
      const first = setUp(settings, { signal: stopping.signal })
      const recorder = createMemoryRecorder((event) => {
        if (event.kind === 'progress' && event.step === stopAt) stopping.abort()
      })
      expect((await train({ ...first.run, recorder })).reason).toBe('stopped')
      const checkpoint = recorder.checkpoints.get(stopAt)
      if (!checkpoint) throw new Error('no checkpoint')

      const second = setUp(settings, { state: checkpoint.state, recorder })
      await restore(second.model, checkpoint)
      const actual = await train(second.run)
      expect(actual).toEqual(expected)
      expect(await collect(second.model.weights())).toEqual(await collect(whole.model.weights()))
      expect(await readState(second.model.optimizerState())).toEqual(await readState(whole.model.optimizerState()))
      expect([...recorder.checkpoints.keys()]).toEqual([...whole.recorder.checkpoints.keys()])
      expect(recorder.checkpoints).toEqual(whole.recorder.checkpoints)
    },
  )

  test('goes on the same from every checkpoint of its schedule', async () => {
    const every = { ...settings, save_strategy: 'steps', save_steps: 1, save_total_limit: null } as const
    const whole = setUp(every)
    const expected = await train(whole.run)
    for (const checkpoint of whole.recorder.checkpoints.values()) {
      const resumed = setUp(every, { state: checkpoint.state })
      await restore(resumed.model, checkpoint)
      expect(await train(resumed.run)).toEqual(expected)
      expect(await collect(resumed.model.weights())).toEqual(await collect(whole.model.weights()))
    }
  })

  test('before its first step saves nothing', async () => {
    const { run, recorder } = setUp({}, { signal: AbortSignal.abort() })
    expect((await train(run)).reason).toBe('stopped')
    expect(recorder.checkpoints.size).toBe(0)
  })
})

describe('a loss that is not finite', () => {
  function breakAfter(step: number, run: TrainingRun): void {
    const { model } = run
    const accumulateGradients = model.accumulateGradients.bind(model)
    let calls = 0
    model.accumulateGradients = async (batch, scale) => (++calls > step ? NaN : accumulateGradients(batch, scale))
  }

  test('ends the run, sets the checkpoint of the broken weights aside and names the last good one', async () => {
    const { run, recorder } = setUp({ num_train_epochs: 3, save_steps: 2 })
    breakAfter(6, run)
    const error = await errorOf(train(run))
    expect(error.code).toBe('train/diverged')
    expect(error.parameters).toEqual({ step: 6, learningRate: 0.0292, checkpoint: 'checkpoint-4' })
    expect([...recorder.checkpoints.keys()]).toEqual([2, 4])
    expect(recorder.aside).toEqual([6])
    expect(recorder.model).toBeUndefined()
  })

  test('says so where there is no checkpoint', async () => {
    const { run } = setUp({ num_train_epochs: 3, save_strategy: 'no' })
    breakAfter(6, run)
    expect((await errorOf(train(run))).code).toBe('train/diverged-without-checkpoint')
  })

  test('at the first step is the model’s own fault', async () => {
    const { run } = setUp({})
    breakAfter(0, run)
    expect((await errorOf(train(run))).code).toBe('train/not-finite-at-start')
  })

  test('counts in the gradients as well', async () => {
    const { run, model } = setUp({ save_strategy: 'no' })
    run.model.gradientNorm = async () => Infinity
    const before = await collect(model.weights())
    expect((await errorOf(train(run))).code).toBe('train/not-finite-at-start')
    expect(await collect(model.weights())).toEqual(before)
  })

  test('counts in an evaluation as well, before anything is saved', async () => {
    const { run, recorder } = setUp({ eval_strategy: 'epoch', save_strategy: 'epoch' })
    run.model.evaluate = async () => Infinity
    expect((await errorOf(train(run))).code).toBe('train/diverged-without-checkpoint')
    expect(recorder.checkpoints.size).toBe(0)
  })
})
