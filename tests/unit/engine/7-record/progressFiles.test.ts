import { readdir } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { createSettings } from '../../../../src-main/contract/trainingSettings.ts'
import { trainingPlan } from '../../../../src-main/engine/3-batches/trainingPlan.ts'
import type { TrainingEvent } from '../../../../src-main/engine/6-train/runRecorder.ts'
import { initialRunState, type RunState } from '../../../../src-main/engine/6-train/runState.ts'
import { openProgress, readProgress } from '../../../../src-main/engine/7-record/progressFiles.ts'
import { temporaryFolder } from '../../../support/temporaryFolder.ts'

const SETTINGS = createSettings({ num_train_epochs: 3, per_device_train_batch_size: 2 })
const stateAt = (step: number, finishedEpochs: number): RunState => {
  const state = initialRunState(trainingPlan(4, SETTINGS), SETTINGS)
  return { ...state, finishedEpochs, trainer: { ...state.trainer, global_step: step } }
}
const progress = (step: number, maxSteps = 6): TrainingEvent => ({
  kind: 'progress',
  step,
  maxSteps,
  epoch: step / 2,
  loss: 1 / step,
  gradientNorm: 1,
  learningRate: 1e-4,
  tokensPerSecond: 100,
  memory: 1e9,
  seconds: step,
  secondsLeft: 0,
})
const sample = (epoch: number): TrainingEvent => ({
  kind: 'sample',
  epoch,
  step: 2 * epoch,
  question: '1 + 1 =',
  answer: String(epoch),
  label: '2',
})

async function write(folder: string, events: readonly TrainingEvent[], state?: RunState): Promise<void> {
  const file = await openProgress(folder, state)
  for (const event of events) await file.record(event)
  await file.close()
}

describe('what a run writes down beside its log', () => {
  test('is each step and each answer, for whoever looks at it later', async () => {
    const folder = await temporaryFolder()
    await write(folder, [progress(1), progress(2), sample(1), progress(3)])
    const { metrics, samples } = await readProgress(folder)
    expect(metrics.map(({ step, loss }) => [step, loss])).toEqual([
      [1, 1],
      [2, 1 / 2],
      [3, 1 / 3],
    ])
    expect(samples).toEqual([{ epoch: 1, step: 2, question: '1 + 1 =', answer: '1', label: '2' }])
  })

  test('is no file of answers where nothing is asked, and nothing where there is no run', async () => {
    const folder = await temporaryFolder()
    expect(await readProgress(folder)).toEqual({ metrics: [], samples: [] })
    await write(folder, [progress(1)])
    expect(await readdir(folder)).toEqual(['steps.jsonl'])
  })

  test('goes on behind the checkpoint that the run goes on from', async () => {
    const folder = await temporaryFolder()
    const all = [progress(1), progress(2), sample(1), progress(3), progress(4), sample(2)]
    await write(folder, all)
    await write(folder, all.slice(3), stateAt(2, 1))
    const { metrics, samples } = await readProgress(folder)
    expect(metrics.map(({ step }) => step)).toEqual([1, 2, 3, 4])
    expect(samples.map(({ epoch }) => epoch)).toEqual([1, 2])
  })

  test('has an answer once, though the checkpoint was saved between an epoch’s last step and its end', async () => {
    const folder = await temporaryFolder()
    await write(folder, [progress(1), progress(2), sample(1), progress(3)])
    await write(folder, [sample(1), progress(3)], stateAt(2, 0))
    const { metrics, samples } = await readProgress(folder)
    expect(metrics.map(({ step }) => step)).toEqual([1, 2, 3])
    expect(samples.map(({ epoch }) => epoch)).toEqual([1])
  })

  test('is every third step of a run with so many that no chart shows them all', async () => {
    const folder = await temporaryFolder()
    await write(
      folder,
      [1, 2, 3, 4, 5, 6, 7].map((step) => progress(step, 50_000)),
    )
    expect((await readProgress(folder)).metrics.map(({ step }) => step)).toEqual([3, 6])
  })
})
