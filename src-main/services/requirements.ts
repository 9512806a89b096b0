import { totalmem } from 'node:os'
import { TuneDeskError } from '../contract/error.ts'
import type { TrainingPlan } from '../engine/3-batches/trainingPlan.ts'
import { keptWhileRunning } from '../engine/6-train/keptCheckpoints.ts'
import type { TrainingSettings } from '../engine/6-train/settings.ts'
import { freeDiskBytes } from './diskSpace.ts'

const BYTES_PER_FLOAT = 4
/** Weights, gradients and AdamW's two moments. */
const FLOATS_PER_TRAINED_PARAMETER = 4
/** A checkpoint holds the weights and AdamW's two moments. */
const FLOATS_PER_CHECKPOINT_PARAMETER = 3

const inGigabytes = (bytes: number): string => (bytes / 1e9).toFixed(2)

/** Bytes of memory that training takes before the first token: the least there must be. */
export const trainingMemoryBytes = (parameterCount: number): number =>
  BYTES_PER_FLOAT * FLOATS_PER_TRAINED_PARAMETER * parameterCount

/** @throws TuneDeskError runs/no-memory where the computer can never hold what training takes */
export function requireMemory(parameterCount: number): void {
  const needed = trainingMemoryBytes(parameterCount)
  // A container's limit; 0 or beyond all memory where there is none.
  const limit = process.constrainedMemory() || Infinity
  const total = Math.min(totalmem(), limit)
  if (needed > total) throw new TuneDeskError('runs/no-memory', { needed: inGigabytes(needed), total: inGigabytes(total) })
}

/** How many checkpoints lie on the disk at once at most: those that are kept and the one being written. */
export function mostCheckpoints(settings: TrainingSettings, { totalSteps, epochCount }: TrainingPlan): number {
  const { save_strategy, save_steps, save_total_limit, eval_strategy, eval_steps } = settings
  const timesBySteps = (every: number): number => Math.ceil(totalSteps / (every < 1 ? Math.ceil(totalSteps * every) : every))
  const saved = {
    no: 0,
    steps: timesBySteps(save_steps),
    epoch: epochCount,
    // Every evaluation may be the best so far.
    best: eval_strategy === 'epoch' ? epochCount : timesBySteps(eval_steps ?? 1),
  }[save_strategy]
  if (save_total_limit === null) return saved
  const kept = keptWhileRunning(
    Array.from({ length: save_total_limit + 2 }, (_, i) => i),
    save_total_limit,
    null,
  ).length
  return Math.min(saved, kept + 1)
}

/** The most bytes that a run's folder holds at once: the finished model beside the checkpoints. */
export const runDiskBytes = (parameterCount: number, checkpoints: number): number =>
  BYTES_PER_FLOAT * parameterCount * (1 + FLOATS_PER_CHECKPOINT_PARAMETER * checkpoints)

/** @throws TuneDeskError runs/no-room before anything is written, where the disk cannot hold what the run will write */
export async function requireRunRoom(
  folder: string,
  parameterCount: number,
  settings: TrainingSettings,
  plan: TrainingPlan,
): Promise<void> {
  const needed = runDiskBytes(parameterCount, mostCheckpoints(settings, plan))
  const free = await freeDiskBytes(folder)
  if (free < needed)
    throw new TuneDeskError('runs/no-room', { path: folder, needed: inGigabytes(needed), free: inGigabytes(free) })
}
