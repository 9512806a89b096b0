import { describe, expect, test } from 'vitest'
import type { TokenisedRow } from '../../../../src-main/engine/2-tokens/tokenisedRow.ts'
import { train } from '../../../../src-main/engine/6-train/train.ts'
import { collect, restore } from '../../../support/memoryRecorder.ts'
import { lines, logOf, memoryRun as setUp } from '../../../support/memoryRun.ts'
import { tokenisedRow, tokenisedRows } from '../../../support/tokenisedRows.ts'
import { errorOf } from '../../../support/errorOf.ts'

describe('the log', () => {
  test('has a line for each optimizer step, with the epoch in parts of its batches and the learning rate of that step', async () => {
    const { run, recorder } = setUp({ num_train_epochs: 2, logging_steps: 1, save_strategy: 'no' })
    await train(run)
    const steps = lines(recorder.events, 'loss')
    expect(steps.map(({ step }) => step)).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
    expect(steps.map(({ epoch }) => epoch)).toEqual([0.25, 0.5, 0.75, 1, 1.25, 1.5, 1.75, 2])
    expect(steps.map(({ learning_rate }) => learning_rate)).toEqual(steps.map((_, step) => 0.05 * ((8 - step) / 8)))
  })

  test('says the mean loss of the steps since the line before', async () => {
    const everyStep = setUp({ num_train_epochs: 2, logging_steps: 1, save_strategy: 'no' })
    const everyThird = setUp({ num_train_epochs: 2, logging_steps: 3, save_strategy: 'no' })
    await train(everyStep.run)
    await train(everyThird.run)
    const each = lines(everyStep.recorder.events, 'loss').map(({ loss = NaN }) => loss)
    const mean = (from: number, to: number) => each.slice(from, to).reduce((sum, loss) => sum + loss, 0) / (to - from)
    const thirds = lines(everyThird.recorder.events, 'loss')
    expect(thirds.map(({ step }) => step)).toEqual([3, 6])
    expect(thirds[0]?.loss).toBeCloseTo(mean(0, 3), 12)
    expect(thirds[1]?.loss).toBeCloseTo(mean(3, 6), 12)
    // train_loss is over all steps, also those behind the last line.
    expect(lines(everyThird.recorder.events, 'train_loss')[0]?.train_loss).toBeCloseTo(mean(0, 8), 12)
  })

  test('ends with the totals under the names of the Trainer, also in trainer_state', async () => {
    let seconds = 0
    const { run, recorder } = setUp({ num_train_epochs: 2, save_strategy: 'no' }, { clock: () => seconds })
    const optimizerStep = run.model.optimizerStep.bind(run.model)
    run.model.optimizerStep = async (hyperparameters) => {
      seconds += 0.5
      await optimizerStep(hyperparameters)
    }
    const { state } = await train(run)
    const last = logOf(recorder.events).at(-1)
    expect(Object.keys(last ?? {})).toEqual([
      'train_runtime',
      'train_samples_per_second',
      'train_steps_per_second',
      'total_flos',
      'train_loss',
      'epoch',
      'step',
    ])
    expect(last).toMatchObject({ train_runtime: 4, train_samples_per_second: 3.5, train_steps_per_second: 2, epoch: 2, step: 8 })
    expect(state.trainer.log_history.at(-1)).toEqual(last)
  })

  test('comes at an epoch’s end with the last step’s gradient norm where logging_strategy is "epoch"', async () => {
    const everyStep = setUp({ num_train_epochs: 2, logging_steps: 1, save_strategy: 'no' })
    const everyEpoch = setUp({ num_train_epochs: 2, logging_strategy: 'epoch', save_strategy: 'no' })
    await train(everyStep.run)
    await train(everyEpoch.run)
    const steps = lines(everyStep.recorder.events, 'loss')
    const epochs = lines(everyEpoch.recorder.events, 'loss')
    expect(epochs.map(({ step, epoch }) => [step, epoch])).toEqual([
      [4, 1],
      [8, 2],
    ])
    expect(epochs[1]?.grad_norm).toBe(steps[7]?.grad_norm)
    expect(epochs[1]?.learning_rate).toBe(steps[7]?.learning_rate)
  })
})

describe('an optimizer step', () => {
  test('counts the floating-point operations of the padded batch, without the table of embeddings', async () => {
    const rows = [tokenisedRow(0, [1, 2, 3, 4, 5], 1), tokenisedRow(1, [1, 2], 1)]
    const { run, model } = setUp({ max_steps: 3 }, { rows })
    const { state } = await train(run)
    expect(model.parameterCount).toBe(12 * 4 + 4 + 12 * 4)
    expect(state.trainer.total_flos).toBe(3 * 6 * (2 * 5) * (4 + 12 * 4))
  })

  test('depends on its rows and not on how they fall into micro-batches', async () => {
    const one = setUp({ per_device_train_batch_size: 4, num_train_epochs: 3, logging_steps: 1 })
    const four = setUp({ per_device_train_batch_size: 1, gradient_accumulation_steps: 4, num_train_epochs: 3, logging_steps: 1 })
    await train(one.run)
    await train(four.run)
    const losses = (recorder: typeof one.recorder) => lines(recorder.events, 'loss').map(({ loss = NaN }) => loss)
    expect(losses(four.recorder)).toHaveLength(6)
    losses(four.recorder).forEach((loss, index) => {
      expect(loss).toBeCloseTo(losses(one.recorder)[index] ?? NaN, 5)
    })
  })

  test('clips gradients to max_grad_norm, and leaves smaller ones alone', async () => {
    const scales = async (max_grad_norm: number) => {
      const { run } = setUp({ max_steps: 1, max_grad_norm })
      const seen: number[] = []
      const optimizerStep = run.model.optimizerStep.bind(run.model)
      run.model.optimizerStep = async (hyperparameters) => {
        seen.push(hyperparameters.gradientScale)
        await optimizerStep(hyperparameters)
      }
      const norm = (await train(run)).state.gradientNorm ?? NaN
      return { scale: seen[0], norm }
    }
    const { norm, scale } = await scales(0.1)
    expect(scale).toBe(0.1 / (norm + 1e-6))
    expect((await scales(1e6)).scale).toBe(1)
    expect((await scales(0)).scale).toBe(1)
  })

  test('stops the run at max_steps in the middle of an epoch', async () => {
    const { run, recorder } = setUp({ max_steps: 5, logging_strategy: 'epoch', save_strategy: 'epoch' })
    const { state } = await train(run)
    expect(state.trainer).toMatchObject({ global_step: 5, max_steps: 5, num_train_epochs: 2, epoch: 1.25 })
    expect(lines(recorder.events, 'loss').map(({ step }) => step)).toEqual([4, 5])
    expect([...recorder.checkpoints.keys()]).toEqual([4, 5])
  })
})

describe('evaluation', () => {
  test('averages the batches’ mean losses over rows', async () => {
    const { run, recorder, model } = setUp({
      max_steps: 1,
      learning_rate: 0,
      eval_strategy: 'epoch',
      per_device_eval_batch_size: 2,
    })
    await train(run)
    const meanOf = async (rows: TokenisedRow[]) => {
      const single = setUp(
        { max_steps: 1, learning_rate: 0, eval_strategy: 'epoch', per_device_eval_batch_size: 8 },
        { heldOutRows: rows },
      )
      await single.run.model.loadWeights(model.weights())
      await train(single.run)
      return lines(single.recorder.events, 'eval_loss')[0]?.eval_loss ?? NaN
    }
    const [first, second, third] = tokenisedRows(3) as [TokenisedRow, TokenisedRow, TokenisedRow]
    const expected = ((await meanOf([first, second])) * 2 + (await meanOf([third]))) / 3
    expect(lines(recorder.events, 'eval_loss')[0]?.eval_loss).toBeCloseTo(expected, 12)
  })

  test('leaves out a batch with nothing to learn', async () => {
    const settings = { max_steps: 1, eval_strategy: 'epoch', per_device_eval_batch_size: 1 } as const
    const [row] = tokenisedRows(1) as [TokenisedRow]
    const alone = setUp(settings, { heldOutRows: [row] })
    const withEmpty = setUp(settings, { heldOutRows: [tokenisedRow(1, [1, 2, 3], 3), row] })
    await train(alone.run)
    await train(withEmpty.run)
    expect(lines(withEmpty.recorder.events, 'eval_loss')[0]?.eval_loss).toBe(
      lines(alone.recorder.events, 'eval_loss')[0]?.eval_loss,
    )
  })

  test('comes every eval_steps and at the end, after the log and before the checkpoint', async () => {
    const { run, recorder } = setUp({ max_steps: 3, logging_steps: 1, eval_strategy: 'steps', eval_steps: 2, save_steps: 2 })
    await train(run)
    const order = recorder.events.flatMap((event) => {
      if (event.kind === 'checkpoint') return [`save ${event.step}`]
      if (event.kind !== 'log') return []
      return 'loss' in event.line
        ? [`log ${event.line.step}`]
        : 'eval_loss' in event.line
          ? [`evaluate ${event.line.step}`]
          : ['totals']
    })
    expect(order).toEqual(['log 1', 'log 2', 'evaluate 2', 'save 2', 'log 3', 'evaluate 3', 'save 3', 'totals'])
  })

  test('is refused without held-out rows', async () => {
    const { run } = setUp({ eval_strategy: 'epoch' }, { heldOutRows: [] })
    expect((await errorOf(train(run))).code).toBe('train/evaluation-needs-rows')
  })
})

describe('the best model', () => {
  /** Held-out rows that contradict the others: learning makes them worse, from the first step on. */
  const worsening = { learning_rate: 0.5, eval_strategy: 'epoch', save_strategy: 'epoch', num_train_epochs: 4 } as const
  const contrary = [tokenisedRow(0, [1, 2, 3, 4], 1)]
  const same = Array.from({ length: 4 }, (_, row) => tokenisedRow(row, [1, 9, 8, 7], 1))

  test('is loaded at the end and its checkpoint outlives newer ones', async () => {
    const { run, recorder, model } = setUp(
      { ...worsening, load_best_model_at_end: true, save_total_limit: 2 },
      { rows: same, heldOutRows: contrary },
    )
    const { state } = await train(run)
    const losses = lines(recorder.events, 'eval_loss').map(({ eval_loss = NaN }) => eval_loss)
    expect(losses.indexOf(Math.min(...losses))).toBe(0)
    expect(state.trainer).toMatchObject({ best_metric: losses[0], best_global_step: 2 })
    expect([...recorder.checkpoints.keys()]).toEqual([2, 8])
    expect(await collect(model.weights())).toEqual(recorder.checkpoints.get(2)?.weights)
    expect(recorder.model?.weights).toEqual(recorder.checkpoints.get(2)?.weights)
  })

  test('is the only checkpoint that stays where save_total_limit is 1', async () => {
    const { run, recorder } = setUp(
      { ...worsening, load_best_model_at_end: true, save_total_limit: 1 },
      { rows: same, heldOutRows: contrary },
    )
    await train(run)
    expect([...recorder.checkpoints.keys()]).toEqual([2])
  })

  test('is the only one saved where save_strategy is "best"', async () => {
    const { run, recorder } = setUp(
      { ...worsening, save_strategy: 'best', metric_for_best_model: 'loss' },
      { rows: same, heldOutRows: contrary },
    )
    await train(run)
    expect([...recorder.checkpoints.keys()]).toEqual([2])
  })
})

describe('packing', () => {
  // Rows of 4, 5, 6, 4, 5, 6 and 4 tokens in 12: [2, 5], [1, 4] and [0, 3, 6].
  const settings = { packing: true, max_length: 12, num_train_epochs: 2, save_strategy: 'steps', save_steps: 1 } as const

  test('makes batches of packed sequences, which the log counts as the Trainer counts rows', async () => {
    let seconds = 0
    const { run, recorder, model } = setUp({ ...settings, max_steps: 5 }, { clock: () => seconds })
    const { accumulateGradients } = model
    const batches: number[][] = []
    model.accumulateGradients = (batch, scale) => {
      seconds++
      batches.push(batch.rows.toSorted((a, b) => a - b))
      return accumulateGradients(batch, scale)
    }
    await train(run)
    expect(batches.slice(0, 2).flat().sort()).toEqual([0, 1, 2, 3, 4, 5, 6])
    expect(batches.slice(2, 4).flat().sort()).toEqual([0, 1, 2, 3, 4, 5, 6])
    for (const batch of batches)
      for (const sequence of [
        [2, 5],
        [1, 4],
        [0, 3, 6],
      ])
        expect([0, sequence.length]).toContain(sequence.filter((row) => batch.includes(row)).length)
    expect(batches).toHaveLength(5)
    expect(lines(recorder.events, 'train_loss')[0]).toMatchObject({
      train_samples_per_second: 2,
      train_steps_per_second: 1,
      epoch: 2.5,
    })
  })

  test('counts operations without padding', async () => {
    const { run, model } = setUp({ ...settings, num_train_epochs: 1 })
    const { state } = await train(run)
    const { vocabularySize, hiddenSize } = model.config
    expect(state.trainer.total_flos).toBe(6 * 34 * (model.parameterCount - vocabularySize * hiddenSize))
  })

  test('goes on the same from every checkpoint', async () => {
    const whole = setUp(settings)
    const expected = await train(whole.run)
    expect(whole.recorder.checkpoints.size).toBe(4)
    for (const checkpoint of whole.recorder.checkpoints.values()) {
      const resumed = setUp(settings, { state: checkpoint.state })
      await restore(resumed.model, checkpoint)
      expect(await train(resumed.run)).toEqual(expected)
      expect(await collect(resumed.model.weights())).toEqual(await collect(whole.model.weights()))
    }
  })
})

describe('rows with nothing to learn', () => {
  test('are trained beside others, with a warning', async () => {
    const rows = [tokenisedRow(5, [1, 2, 3], 3), ...tokenisedRows(1)]
    const { run, recorder } = setUp({ max_steps: 2 }, { rows })
    await train(run)
    expect(recorder.events).toContainEqual({ kind: 'warning', warning: { kind: 'rows-with-nothing-to-learn', rows: [5] } })
  })

  test('stop the run before it begins where a step would have no others', async () => {
    const rows = [tokenisedRow(5, [1, 2, 3], 3), ...tokenisedRows(1)]
    const { run, recorder } = setUp({ per_device_train_batch_size: 1, num_train_epochs: 1 }, { rows })
    const error = await errorOf(train(run))
    expect(error.code).toBe('train/step-with-nothing-to-learn')
    expect(error.parameters).toEqual({ rows: '6', epoch: 1 })
    expect(recorder.events).toEqual([])
  })
})

test('progress says the pace and the time left', async () => {
  let seconds = 0
  const { run, recorder } = setUp({ max_steps: 4, save_strategy: 'no' }, { clock: () => seconds })
  const optimizerStep = run.model.optimizerStep.bind(run.model)
  run.model.optimizerStep = async (hyperparameters) => {
    seconds += 2
    await optimizerStep(hyperparameters)
  }
  await train(run)
  const progress = recorder.events.filter((event) => event.kind === 'progress')
  expect(progress.map(({ step, maxSteps, secondsLeft }) => [step, maxSteps, secondsLeft])).toEqual([
    [1, 4, 6],
    [2, 4, 4],
    [3, 4, 2],
    [4, 4, 0],
  ])
  expect(progress[0]?.tokensPerSecond).toBeGreaterThan(0)
})

test('what is computed once for a row is not expected of the epochs that come', async () => {
  let [seconds, once] = [0, 0]
  const { run, recorder } = setUp({ num_train_epochs: 2, save_strategy: 'no' }, { clock: () => seconds })
  Object.defineProperty(run.model, 'secondsOnce', { get: () => once })
  const optimizerStep = run.model.optimizerStep.bind(run.model)
  run.model.optimizerStep = async (hyperparameters) => {
    seconds += 2
    if (run.model.stepCount < 4) {
      seconds += 1
      once += 1
    }
    await optimizerStep(hyperparameters)
  }
  await train(run)
  const progress = recorder.events.filter((event) => event.kind === 'progress')
  expect(progress.map(({ secondsLeft }) => secondsLeft)).toEqual([17, 14, 11, 8, 6, 4, 2, 0])
})
