import type { Estimate, Problem } from '../contract/areas/runs.ts'
import { TuneDeskError } from '../contract/error.ts'
import type { TrainingSettings } from '../contract/trainingSettings.ts'
import { stepsOfEpoch } from '../engine/3-batches/stepsOfEpoch.ts'
import { trainingPlan } from '../engine/3-batches/trainingPlan.ts'
import { trainingSequences } from '../engine/3-batches/trainingSequences.ts'
import type { ModelConfig } from '../engine/4-graph/config.ts'
import { parseConfig } from '../engine/4-graph/parseConfig.ts'
import { memoryWarnings, partsOf } from '../engine/6-train/stepMemory.ts'
import { readModelConfig } from '../files/modelFolder.ts'
import { freeDiskBytes } from './diskSpace.ts'
import { fitMemory, memoryForTraining } from './fitMemory.ts'
import { bytesOfKeptOutputs, type KeptOutputs, keptOutputs, layersOfPass, roomForOutputs, takenRoom } from './keptOutputs.ts'
import { mappedBytes } from './mappedBytes.ts'
import { measureTraining } from './measureTraining.ts'
import type { MemoryLimit } from './memoryLimit.ts'
import {
  CHECKPOINTS_BETWEEN,
  checkpointCount,
  evaluationCount,
  mostCheckpoints,
  requireRunRoom,
  runDiskBytes,
} from './requirements.ts'
import { batchOperations, evaluationOperations, type BatchShape, type LayersOfPass } from './trainingCost.ts'
import { BYTES_PER_FLOAT, parameterBytes, savedBytes, type RowSizes } from './trainingMemory.ts'
import { answerSeconds, paceByFormula, type PaceOfEpochs, type Range, type TrainingPace } from './trainingPace.ts'
import { warningProblem } from './warningProblem.ts'

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
  const operations = (batch: BatchShape): number => batchOperations(config, batch, { back: config.layerCount, forward: 0 })
  const byCost = [...batches].sort((a, b) => operations(a) - operations(b))
  const [smallest, largest] = [byCost[0], byCost.at(-1)]
  if (!smallest || !largest) throw new Error('a plan has a batch')

  const { recomputes } = fitted.memory
  const kept = keptOutputs(config, settings, plan)
  const isMeasured = measure && noMemory.length === 0
  const measured = isMeasured
    ? await measureTraining(model, config, settings, { smallest, largest, recomputes, kept }, signal)
    : null
  const pace = measured?.pace ?? formulaOf(config, settings, kept, gigaflops)
  const saved = savedBytes(config, settings)
  const free = await freeDiskBytes(folder)
  const checkpointsAtOnce = mostCheckpoints(settings, plan)
  const written = runDiskBytes(saved, checkpointsAtOnce)
  const room = roomForOutputs(
    { needed: fitted.needed, available: limit.available },
    { needed: runDiskBytes(saved, checkpointsAtOnce + CHECKPOINTS_BETWEEN), free },
  )
  const bytes = bytesOfKeptOutputs(config, settings, kept, rows)
  const taken = takenRoom(bytes, room)
  const disk = { needed: written + taken.disk, free }
  const mapped = await mappedBytes(model, config, settings)
  const memory = { needed: Math.max(fitted.needed + mapped, measured?.peakMemory ?? 0) + taken.memory, ...limit }

  // What was measured has the recomputation in it.
  const share = recomputes && !measured ? RECOMPUTED : 1
  const keptShare = bytes === 0 ? 1 : (taken.memory + taken.disk) / bytes
  /** So often, the first time as the frozen layers take it, and later as far as there was room for what they make. */
  const repeated = (count: number, { first, later }: Record<keyof PaceOfEpochs, Range>): Range => {
    const again = plus(times(later, keptShare), times(first, 1 - keptShare))
    return plus(times(first, Math.min(1, count)), times(again, Math.max(0, count - 1)))
  }
  const ofEpochs = (secondsOf: (epoch: keyof PaceOfEpochs) => Range) => ({ first: secondsOf('first'), later: secondsOf('later') })
  const layers = layersOfPass(config, kept)
  const epochs = ofEpochs((epoch) => {
    const passes = batches.map((batch) => pace[epoch].batch(share * batchOperations(config, batch, layers[epoch])))
    return plus(sum(passes), times(pace[epoch].step, steps.length))
  })
  const evaluations = ofEpochs((epoch) => {
    const through = epoch === 'later' && kept.evaluation ? config.layerCount - kept.layers : config.layerCount
    return lengths.heldOut.length === 0 ? NONE : pace[epoch].batch(evaluationOperations(config, heldOut, through))
  })
  const answers = settings.sample_each_epoch ? plan.epochCount : 0
  const checkpoints = checkpointCount(settings, plan)
  const total = plus(
    repeated(plan.totalSteps / plan.stepsPerEpoch, epochs),
    repeated(evaluationCount(settings, plan), evaluations),
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

function formulaOf(config: ModelConfig, settings: TrainingSettings, kept: KeptOutputs, gigaflops: number): PaceOfEpochs {
  const trained = parameterBytes(config, settings).weights / BYTES_PER_FLOAT
  const paceThrough = ({ back, forward }: LayersOfPass): TrainingPace => paceByFormula(gigaflops, back + forward, trained)
  const { first, later } = layersOfPass(config, kept)
  return { first: paceThrough(first), later: paceThrough(later) }
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
