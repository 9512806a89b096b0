import type { Estimate, Problem } from '../contract/areas/runs.ts'
import { TuneDeskError } from '../contract/error.ts'
import type { TrainingSettings } from '../contract/trainingSettings.ts'
import { stepsOfEpoch } from '../engine/3-batches/stepsOfEpoch.ts'
import { trainingPlan } from '../engine/3-batches/trainingPlan.ts'
import { trainingSequences } from '../engine/3-batches/trainingSequences.ts'
import { parseConfig } from '../engine/4-graph/parseConfig.ts'
import { memoryWarnings, partsOf } from '../engine/6-train/stepMemory.ts'
import { readModelConfig } from '../files/modelFolder.ts'
import { freeDiskBytes } from './diskSpace.ts'
import { fitMemory, memoryForTraining } from './fitMemory.ts'
import { mappedBytes } from './mappedBytes.ts'
import { measureTraining } from './measureTraining.ts'
import type { MemoryLimit } from './memoryLimit.ts'
import { checkpointCount, evaluationCount, mostCheckpoints, requireRunRoom, runDiskBytes } from './requirements.ts'
import { savedBytes, type RowSizes } from './trainingMemory.ts'
import { answerSeconds, paceByFormula, type Range } from './trainingPace.ts'
import { warningProblem } from './warningProblem.ts'
import { batchOperations, type BatchShape } from './trainingCost.ts'

export interface EstimateRequest {
  model: string
  /** Where the run's folder will be. */
  folder: string
  settings: TrainingSettings
  /** Tokens that each row keeps, in the trainer's order. */
  lengths: { learnedFrom: readonly number[]; heldOut: readonly number[] }
  /** The share of all tokens that teaches the model. */
  taughtShare: number
  /** Of this computer's matrix products: 10⁹ operations a second. */
  gigaflops: number
  /** Whether to carry out steps of the longest batch. */
  measure: boolean
}

/** Bytes a second that a checkpoint is written with, by a slow disk and by a quick one. */
const DISK_PACE: Range = { low: 150e6, high: 1.5e9 }
/** Operations of a pass whose forward part is carried out twice, relative to one without. */
const RECOMPUTED = 4 / 3
/** For what would be needed, had the computer all memory. */
const BOUNDLESS: MemoryLimit = { available: Infinity, total: Infinity }
/** What the measured batches do not show: other programs, a processor that grows warm. */
const UNSEEN = 1.15

/**
 * What a training will take, as ranges: every batch of the plan by its operations, evaluations, answers and checkpoints along the way.
 * @param signal ends a measurement, and then the formula stands in for it
 * @throws TuneDeskError of the model's files, batches/none
 */
export async function estimate(request: EstimateRequest, signal: AbortSignal): Promise<Estimate> {
  const { model, folder, settings, lengths, taughtShare, gigaflops, measure } = request
  const config = parseConfig(await readModelConfig(model))
  const sequences = trainingSequences(lengths.learnedFrom, settings)
  const plan = trainingPlan(sequences.length, settings)
  const shaped = (rows: readonly number[]): BatchShape => ({
    lengths: rows,
    supervised: Math.round(taughtShare * rows.reduce((sum, length) => sum + length, 0)),
  })
  // One epoch stands for all: the others have the same rows in another order.
  const sizes = sequences.map((rows) => {
    const tokens = rows.reduce((total, row) => total + (lengths.learnedFrom[row] ?? 0), 0)
    return { tokens, supervised: Math.round(taughtShare * tokens) }
  })
  const heldOut = shaped(lengths.heldOut)
  const rows: RowSizes = {
    learnedFrom: sizes,
    heldOut:
      settings.eval_strategy === 'no'
        ? []
        : lengths.heldOut.map((tokens) => ({ tokens, supervised: Math.round(taughtShare * tokens) })),
  }
  const limit = await memoryForTraining()
  const noMemory = await problems(async () => void fitMemory(config, settings, rows, limit))
  const fitted = fitMemory(config, settings, rows, noMemory.length === 0 ? limit : BOUNDLESS)
  const steps = stepsOfEpoch(sequences, settings, 0).map((step) =>
    step
      .flatMap((batch) => partsOf(batch, fitted.memory))
      .map((part) => shaped(part.map((row) => lengths.learnedFrom[row] ?? 0))),
  )
  const batches = steps.flat()
  const byCost = [...batches].sort((a, b) => batchOperations(config, a) - batchOperations(config, b))
  const [smallest, largest] = [byCost[0], byCost.at(-1)]
  if (!smallest || !largest) throw new Error('a plan has a batch')

  const { recomputes } = fitted.memory
  const isMeasured = measure && noMemory.length === 0
  const measured = isMeasured ? await measureTraining(model, config, settings, { smallest, largest, recomputes }, signal) : null
  const pace = measured?.pace ?? paceByFormula(config, gigaflops)
  const saved = savedBytes(config, settings)
  const disk = {
    needed: runDiskBytes(saved, mostCheckpoints(settings, plan)),
    free: await freeDiskBytes(folder),
  }
  const mapped = await mappedBytes(model, config, settings)
  const memory = { needed: Math.max(fitted.needed + mapped, measured?.peakMemory ?? 0), ...limit }

  // What was measured has the recomputation in it.
  const share = recomputes && !measured ? RECOMPUTED : 1
  const batchSeconds = sum(batches.map((batch) => pace.batch(share * batchOperations(config, batch))))
  const epoch = plus(batchSeconds, times(pace.step, steps.length))
  // Forward alone is a third of the operations.
  const evaluation = lengths.heldOut.length === 0 ? NONE : pace.batch(batchOperations(config, heldOut) / 3)
  const answers = settings.sample_each_epoch ? plan.epochCount : 0
  const checkpoints = checkpointCount(settings, plan)
  const total = plus(
    times(epoch, plan.totalSteps / plan.stepsPerEpoch),
    times(evaluation, evaluationCount(settings, plan)),
    times(answerSeconds(config), answers),
    writing(runDiskBytes(saved, checkpoints)),
  )
  return {
    basis: measured ? 'measured' : 'formula',
    steps: plan.totalSteps,
    seconds: { low: total.low * earliestShare(settings, plan.epochCount), high: total.high * (measured ? UNSEEN : 1) },
    memory,
    disk,
    verdict: verdictOf({ memory, disk }, mapped),
    adjustments: noMemory.length === 0 ? memoryWarnings(fitted.memory, settings).map(warningProblem) : [],
    blockers: [...noMemory, ...(await problems(() => requireRunRoom({ folder, saved, settings, plan })))],
  }
}

/** The part of the run after which it may end by itself. */
function earliestShare(settings: TrainingSettings, epochs: number): number {
  if (settings.stop_when_test_passes) return Math.min(1, 1 / epochs)
  const { early_stopping_patience: patience, eval_strategy } = settings
  return patience === null || eval_strategy !== 'epoch' ? 1 : Math.min(1, (1 + patience) / epochs)
}

/** With so much of a disk or of the memory in use a system and its other programs begin to suffer. */
const COMFORTABLE_SHARE = 0.9

/** @param mapped bytes of the memory that the training would only be slower without */
function verdictOf({ memory, disk }: Pick<Estimate, 'memory' | 'disk'>, mapped: number): Estimate['verdict'] {
  if (memory.needed - mapped > memory.available || disk.needed > disk.free) return 'does-not-fit'
  return memory.needed > COMFORTABLE_SHARE * memory.available || disk.needed > COMFORTABLE_SHARE * disk.free ? 'tight' : 'fits'
}

/** What `startRun` would refuse with. */
async function problems(check: () => Promise<void>): Promise<Problem[]> {
  try {
    await check()
    return []
  } catch (error) {
    if (!(error instanceof TuneDeskError)) throw error
    return [{ code: error.code, parameters: error.parameters }]
  }
}

const NONE: Range = { low: 0, high: 0 }
const writing = (bytes: number): Range => ({ low: bytes / DISK_PACE.high, high: bytes / DISK_PACE.low })
const times = ({ low, high }: Range, count: number): Range => ({ low: low * count, high: high * count })
const sum = (ranges: readonly Range[]): Range => ranges.reduce((a, b) => ({ low: a.low + b.low, high: a.high + b.high }), NONE)
const plus = (...ranges: Range[]): Range => sum(ranges)
