import { describe, expect, it } from 'vitest'
import type { TrainingPlan } from '../../../src-main/engine/3-batches/trainingPlan.ts'
import { createSettings } from '../../../src-main/engine/6-train/settings.ts'
import { mostCheckpoints, requireMemory, requireRunRoom, runDiskBytes } from '../../../src-main/services/requirements.ts'
import { refusal } from '../../support/refusal.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'

const plan: TrainingPlan = { batchesPerEpoch: 10, stepsPerEpoch: 10, gradientAccumulationSteps: 1, totalSteps: 30, epochCount: 3 }

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

it('counts the model once and every checkpoint three times, four bytes a parameter', () => {
  expect(runDiskBytes(1000, 2)).toBe(28_000)
})

it('refuses what no disk and no memory here can hold, before anything is written', async () => {
  const folder = await temporaryFolder()
  const settings = createSettings({ save_strategy: 'epoch' })
  await requireRunRoom(folder, 1000, settings, plan)
  await expect(requireRunRoom(folder, 1e15, settings, plan)).rejects.toEqual(refusal('runs/no-room', { path: folder }))
  requireMemory(1000)
  expect(() => requireMemory(1e15)).toThrow(refusal('runs/no-memory', { needed: '16000000.00' }))
})
