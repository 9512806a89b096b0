import { describe, expect, it } from 'vitest'
import type { TrainingPlan } from '../../../src-main/engine/3-batches/trainingPlan.ts'
import { createSettings } from '../../../src-main/contract/trainingSettings.ts'
import { hasRoomBetween, mostCheckpoints, requireRunRoom, runDiskBytes } from '../../../src-main/jobs/requirements.ts'
import { refusal } from '../../support/refusal.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'

const plan: TrainingPlan = { batchesPerEpoch: 10, stepsPerEpoch: 10, gradientAccumulationSteps: 1, totalSteps: 30, epochCount: 3 }

const HUGE = { weights: 4e15, optimizer: 8e15 }

describe('the most checkpoints that lie on the disk at once', () => {
  it.each([
    [{ save_strategy: 'no' }, 0],
    [{ save_strategy: 'epoch' }, 3],
    [{ save_strategy: 'steps', save_steps: 500 }, 1],
    [{ save_strategy: 'steps', save_steps: 7 }, 5],
    [{ save_strategy: 'steps', save_steps: 0.1 }, 10],
    // At least two stay while the run goes on, and a third is being written.
    [{ save_strategy: 'steps', save_steps: 0.1, save_total_limit: 1 }, 3],
    [{ save_strategy: 'steps', save_steps: 0.1, save_total_limit: 4 }, 5],
    [{ save_strategy: 'epoch', save_total_limit: 8 }, 3],
    [{ save_strategy: 'best', eval_strategy: 'steps', eval_steps: 10, metric_for_best_model: 'loss' }, 3],
  ])('%j: %i', (settings, count) => {
    expect(mostCheckpoints(createSettings(settings), plan)).toBe(count)
  })
})

it('counts the model, and with every checkpoint the model and its optimizer’s state', () => {
  expect(runDiskBytes({ weights: 4000, optimizer: 8000 }, 2)).toBe(28_000)
  expect(runDiskBytes({ weights: 4000, optimizer: 0 }, 2)).toBe(12_000)
})

it('refuses what no disk here can hold, before anything is written', async () => {
  const folder = await temporaryFolder()
  const settings = createSettings({ save_strategy: 'epoch' })
  const run = { folder, settings, plan }
  await requireRunRoom({ ...run, saved: { weights: 4000, optimizer: 8000 } })
  await expect(requireRunRoom({ ...run, saved: HUGE })).rejects.toEqual(refusal('runs/no-room', { path: folder }))
})

it('asks of a run that goes on only for what it will still write', async () => {
  const folder = await temporaryFolder()
  const run = { folder, settings: createSettings({ save_strategy: 'epoch' }), plan, saved: HUGE }
  const whole = runDiskBytes(HUGE, 3)
  await expect(requireRunRoom({ ...run, written: 1000 })).rejects.toEqual(refusal('runs/no-room'))
  await requireRunRoom({ ...run, written: whole - 1000 })
})

it('has room for checkpoints beyond the schedule where two more fit', async () => {
  const folder = await temporaryFolder()
  const run = { folder, settings: createSettings({ save_strategy: 'no' }), plan, saved: HUGE }
  expect(await hasRoomBetween({ ...run, written: runDiskBytes(HUGE, 2) })).toBe(true)
  expect(await hasRoomBetween({ ...run, written: runDiskBytes(HUGE, 1) })).toBe(false)
})
