import { TuneDeskError } from '../contract/error.ts'
import type { TrainingPlan } from '../engine/3-batches/trainingPlan.ts'
import { keptWhileRunning } from '../engine/6-train/keptCheckpoints.ts'
import type { TrainingSettings } from '../contract/trainingSettings.ts'
import { freeDiskBytes } from './diskSpace.ts'
import type { ParameterBytes } from './trainingMemory.ts'

/** What is written down of a model, in bytes. */
type SavedBytes = Pick<ParameterBytes, 'weights' | 'optimizer'>

const inGigabytes = (bytes: number): string => (bytes / 1e9).toFixed(2)

/** How often something is done whose strategy is by steps or by epochs. */
const timesOf = ({ totalSteps, epochCount }: TrainingPlan, strategy: 'no' | 'steps' | 'epoch', every: number): number =>
  ({ no: 0, steps: Math.ceil(totalSteps / (every < 1 ? Math.ceil(totalSteps * every) : every)), epoch: epochCount })[strategy]

export const evaluationCount = ({ eval_strategy, eval_steps }: TrainingSettings, plan: TrainingPlan): number =>
  timesOf(plan, eval_strategy, eval_steps ?? 1)

/** How many checkpoints a run writes at most: every evaluation may be the best so far. */
export const checkpointCount = (settings: TrainingSettings, plan: TrainingPlan): number =>
  settings.save_strategy === 'best' ? evaluationCount(settings, plan) : timesOf(plan, settings.save_strategy, settings.save_steps)

/** How many checkpoints lie on the disk at once at most: those that are kept and the one being written. */
export function mostCheckpoints(settings: TrainingSettings, plan: TrainingPlan): number {
  const { save_total_limit } = settings
  const saved = checkpointCount(settings, plan)
  if (save_total_limit === null) return saved
  const kept = keptWhileRunning(
    Array.from({ length: save_total_limit + 2 }, (_, i) => i),
    save_total_limit,
    null,
  ).length
  return Math.min(saved, kept + 1)
}

/** The most bytes that a run's folder holds at once: the finished model beside the checkpoints, which have the optimizer's state as well. */
export const runDiskBytes = ({ weights, optimizer }: SavedBytes, checkpoints: number): number =>
  weights + checkpoints * (weights + optimizer)

export interface WrittenRun {
  folder: string
  saved: SavedBytes
  settings: TrainingSettings
  plan: TrainingPlan
  /** Bytes that its folder has already. */
  written?: number
}

/** What is still to be written, `more` checkpoints beyond the schedule with it. */
export const bytesToWrite = ({ saved, settings, plan, written = 0 }: WrittenRun, more = 0): number =>
  Math.max(0, runDiskBytes(saved, mostCheckpoints(settings, plan) + more) - written)

/** @throws TuneDeskError runs/no-room before anything is written, where the disk cannot hold what the run will write */
export async function requireRunRoom(run: WrittenRun): Promise<void> {
  const { folder: path } = run
  const needed = bytesToWrite(run)
  const free = await freeDiskBytes(path)
  if (free < needed) throw new TuneDeskError('runs/no-room', { path, needed: inGigabytes(needed), free: inGigabytes(free) })
}

/** Beyond the schedule there are at once the last checkpoint and the one being written in its place. */
export const CHECKPOINTS_BETWEEN = 2

/** Whether the disk can hold checkpoints beyond the schedule as well. */
export const hasRoomBetween = async (run: WrittenRun): Promise<boolean> =>
  (await freeDiskBytes(run.folder)) >= bytesToWrite(run, CHECKPOINTS_BETWEEN)
