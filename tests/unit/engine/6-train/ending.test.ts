import { describe, expect, test } from 'vitest'
import type { TrainingSettings } from '../../../../src-main/contract/trainingSettings.ts'
import type { Examination } from '../../../../src-main/engine/6-train/examination.ts'
import { train, type TrainingRun } from '../../../../src-main/engine/6-train/train.ts'
import { collect, createMemoryRecorder, restore } from '../../../support/memoryRecorder.ts'
import { lines, logOf, memoryRun } from '../../../support/memoryRun.ts'
import { tokenisedRow } from '../../../support/tokenisedRows.ts'

/** Four steps an epoch, three epochs. */
const SETTINGS = { num_train_epochs: 3, logging_strategy: 'epoch', save_strategy: 'no' } as const

/** A run that hears a word after a step. */
async function told(word: string, step: number, settings: Partial<TrainingSettings> = SETTINGS) {
  const stopping = new AbortController()
  const { run, model } = memoryRun(settings, { signal: stopping.signal })
  const recorder = createMemoryRecorder((event) => {
    if (event.kind === 'progress' && event.step === step) stopping.abort(word)
  })
  return { end: await train({ ...run, recorder }), recorder, model }
}

describe('a run that is told to stop and keep what it has', () => {
  test('saves the model as it is behind that step, and writes the last lines of the log', async () => {
    const whole = memoryRun({ ...SETTINGS, logging_strategy: 'steps', logging_steps: 1, save_strategy: 'steps', save_steps: 1 })
    await train(whole.run)
    const { end, recorder } = await told('keep', 6)
    expect(end.reason).toBe('finished')
    expect(recorder.model?.weights).toEqual(whole.recorder.checkpoints.get(6)?.weights)
    const losses = lines(whole.recorder.events, 'loss').map(({ loss = NaN }) => loss)
    const mean = (from: number, to: number) => losses.slice(from, to).reduce((sum, loss) => sum + loss, 0) / (to - from)
    const log = logOf(recorder.events)
    expect(log.map(({ step, epoch }) => [step, epoch])).toEqual([
      [4, 1],
      [6, 1.5],
      [6, 1.5],
    ])
    expect(log[1]?.loss).toBeCloseTo(mean(4, 6), 12)
    expect(log[2]?.train_loss).toBeCloseTo(mean(0, 6), 12)
    expect(recorder.events.at(-1)).toEqual({ kind: 'end', reason: 'finished', step: 6 })
  })

  test('right behind an epoch’s end does not end that epoch twice', async () => {
    const stopping = new AbortController()
    const { run } = memoryRun(SETTINGS, { signal: stopping.signal })
    const recorder = createMemoryRecorder((event) => {
      if (event.kind === 'log' && event.line.step === 4) stopping.abort('keep')
    })
    await train({ ...run, recorder })
    expect(logOf(recorder.events).map(({ step }) => step)).toEqual([4, 4])
  })

  test('before its first step takes that one, so that there is something to keep', async () => {
    const { run, recorder } = memoryRun(SETTINGS, { signal: AbortSignal.abort('keep') })
    const { reason, state } = await train(run)
    expect([reason, state.trainer.global_step]).toEqual(['finished', 1])
    expect(recorder.model?.state.trainer.global_step).toBe(1)
  })

  test('can be kept later, from the checkpoint of its pause, without another step', async () => {
    const kept = await told('keep', 6)
    const paused = await told('pause', 6)
    const checkpoint = paused.recorder.checkpoints.get(6)
    if (!checkpoint) throw new Error('no checkpoint')
    const later = memoryRun(SETTINGS, { state: checkpoint.state, signal: AbortSignal.abort('keep') })
    await restore(later.model, checkpoint)
    const end = await train(later.run)
    expect(end).toEqual(kept.end)
    expect(later.recorder.model).toEqual(kept.recorder.model)
    expect(later.recorder.events.some(({ kind }) => kind === 'progress')).toBe(false)
  })
})

test('a run that is told to stop and be discarded saves nothing', async () => {
  const { end, recorder } = await told('discard', 6)
  expect(end.reason).toBe('stopped')
  expect(recorder.checkpoints.size).toBe(0)
})

describe('early stopping on held-out loss', () => {
  /** Held-out rows that contradict the others: learning makes them worse, from the first epoch on. */
  const worsening = {
    learning_rate: 0.5,
    eval_strategy: 'epoch',
    num_train_epochs: 8,
    metric_for_best_model: 'loss',
    logging_strategy: 'epoch',
    save_strategy: 'no',
  } as const
  const rows = {
    rows: Array.from({ length: 4 }, (_, row) => tokenisedRow(row, [1, 9, 8, 7], 1)),
    heldOutRows: [tokenisedRow(0, [1, 2, 3, 4], 1)],
  }

  test.each([1, 2, 3])('ends after %i evaluations without a gain', async (early_stopping_patience) => {
    const { run, recorder } = memoryRun({ ...worsening, early_stopping_patience }, rows)
    const { reason, state } = await train(run)
    expect(reason).toBe('finished')
    expect(state.endedBy).toBe('early-stopping')
    // The first evaluation is always the best so far.
    expect(state.trainer.epoch).toBe(1 + early_stopping_patience)
    expect(recorder.model?.state.trainer.global_step).toBe(2 * (1 + early_stopping_patience))
    expect(logOf(recorder.events).at(-1)).toHaveProperty('train_loss')
  })

  test('counts a gain that is not above the threshold as none', async () => {
    const improving = { ...worsening, learning_rate: 0.001, early_stopping_patience: 2 }
    const same = { ...rows, heldOutRows: rows.rows }
    const any = memoryRun(improving, same)
    const large = memoryRun({ ...improving, early_stopping_threshold: 10 }, same)
    expect((await train(any.run)).state.trainer.epoch).toBe(8)
    expect((await train(large.run)).state.trainer.epoch).toBe(3)
  })

  test('by steps ends the epoch in its midst, with its log', async () => {
    const settings = { ...worsening, eval_strategy: 'steps', eval_steps: 1, early_stopping_patience: 2 } as const
    const { run, recorder } = memoryRun(settings, rows)
    const { state } = await train(run)
    expect(state.trainer).toMatchObject({ global_step: 3, epoch: 1.5 })
    expect(lines(recorder.events, 'loss').map(({ step }) => step)).toEqual([2, 3])
  })

  test('goes on exactly from any checkpoint, also from that of its last evaluation', async () => {
    const settings = { ...worsening, early_stopping_patience: 3, save_strategy: 'epoch' } as const
    const whole = memoryRun(settings, rows)
    const expected = await train(whole.run)
    expect([...whole.recorder.checkpoints.keys()]).toEqual([2, 4, 6, 8])
    for (const checkpoint of whole.recorder.checkpoints.values()) {
      const resumed = memoryRun(settings, { ...rows, state: checkpoint.state })
      await restore(resumed.model, checkpoint)
      expect(await train(resumed.run)).toEqual(expected)
    }
  })
})

describe('answers at an epoch’s end', () => {
  const asking = (passesAt: number): Examination & { asked: string[] } => {
    const asked: string[] = []
    let times = 0
    return {
      asked,
      async sample() {
        asked.push('sample')
        return { question: '1 + 1 =', answer: '3', label: '2' }
      },
      async passes() {
        asked.push('test')
        return ++times >= passesAt
      },
    }
  }
  const quick = { ...SETTINGS, num_train_epochs: 60, learning_rate: 0.05 } as const
  const one = { rows: [tokenisedRow(0, [1, 2, 3, 4], 1)] }
  const run = (settings: Partial<TrainingSettings>, change: Partial<TrainingRun>) => memoryRun(settings, { ...one, ...change })

  test('are told with their epoch, and change no number of the run', async () => {
    const silent = memoryRun(SETTINGS)
    const asked = memoryRun({ ...SETTINGS, sample_each_epoch: true }, { examination: asking(Infinity) })
    expect(await train(asked.run)).toEqual(await train(silent.run))
    expect(await collect(asked.model.weights())).toEqual(await collect(silent.model.weights()))
    const sample = { kind: 'sample', question: '1 + 1 =', answer: '3', label: '2' }
    expect(asked.recorder.events.filter(({ kind }) => kind === 'sample')).toEqual([
      { ...sample, epoch: 1, step: 4 },
      { ...sample, epoch: 2, step: 8 },
      { ...sample, epoch: 3, step: 12 },
    ])
  })

  test('end the run when all are right', async () => {
    const examination = asking(2)
    const { run: tested, recorder } = run({ ...quick, stop_when_test_passes: true }, { examination })
    const { reason, state } = await train(tested)
    expect([reason, state.endedBy]).toEqual(['finished', 'test-passed'])
    expect(examination.asked).toEqual(['test', 'test'])
    expect(state.trainer.global_step).toBeLessThan(60)
    expect(recorder.model?.state.trainer.global_step).toBe(state.trainer.global_step)
  })

  test('are not asked for while the loss says that they cannot be right', async () => {
    const examination = asking(1)
    const { run: tested, recorder } = run({ ...quick, stop_when_test_passes: true }, { examination })
    const { state } = await train(tested)
    const losses = lines(recorder.events, 'loss').map(({ loss = NaN }) => loss)
    expect(state.trainer.global_step).toBe(losses.findIndex((loss) => loss < Math.LN2) + 1)
    expect(losses[0]).toBeGreaterThan(Math.LN2)
  })

  test('that ended the run are not asked for again when it goes on from that epoch’s checkpoint', async () => {
    const settings = { ...quick, stop_when_test_passes: true, save_strategy: 'epoch', save_total_limit: 2 } as const
    const { run: tested, recorder } = run(settings, { examination: asking(1) })
    const expected = await train(tested)
    const checkpoint = recorder.checkpoints.get(expected.state.trainer.global_step)
    if (!checkpoint) throw new Error('no checkpoint')
    const resumed = run(settings, { state: checkpoint.state, examination: asking(Infinity) })
    await restore(resumed.model, checkpoint)
    expect(await train(resumed.run)).toEqual(expected)
  })
})

describe('checkpoints between those of the schedule', () => {
  test('come when the last one lies far enough behind, the newest alone stays, and none when the run is over', async () => {
    let seconds = 0
    const { run, model } = memoryRun({ ...SETTINGS, num_train_epochs: 6 }, { clock: () => seconds, savesBetween: true })
    const steps: number[][] = []
    const recorder = createMemoryRecorder((event) => {
      if (event.kind === 'progress') seconds += 2
      if (event.kind === 'checkpoint') steps.push([...recorder.checkpoints.keys()])
    })
    const saveCheckpoint = recorder.saveCheckpoint.bind(recorder)
    recorder.saveCheckpoint = async (snapshot, keep) => {
      seconds += 0.5 // so that the next is due ten seconds later
      await saveCheckpoint(snapshot, keep)
    }
    await train({ ...run, recorder })
    expect(steps).toEqual([[3], [8], [13], [18], [23]])
    expect(recorder.checkpoints.size).toBe(0)

    const silent = memoryRun({ ...SETTINGS, num_train_epochs: 6 })
    await train(silent.run)
    expect(await collect(model.weights())).toEqual(await collect(silent.model.weights()))
  })
})
