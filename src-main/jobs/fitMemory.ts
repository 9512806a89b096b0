import { TuneDeskError } from '../contract/error.ts'
import type { TrainingSettings } from '../contract/trainingSettings.ts'
import type { ModelConfig } from '../engine/4-graph/config.ts'
import type { StepMemory } from '../engine/6-train/stepMemory.ts'
import { heldMemory } from './heldMemory.ts'
import { memoryLimit, type MemoryLimit } from './memoryLimit.ts'
import { parameterCountOf } from './model.ts'
import { frozenBytes, parameterBytes, trainingBytes, type RowSize, type RowSizes } from './trainingMemory.ts'

/** A training that fits into memory. */
interface FittedTraining {
  memory: StepMemory
  /** Bytes that its process will hold at most, by formula. */
  needed: number
}

/** How a training of such rows fits into the memory that there is. */
export interface MemoryRoom {
  rows: RowSizes
  limit: MemoryLimit
  fitted: FittedTraining
}

/** What this process can hold at most, beside what the rest of the computer holds now. */
export async function memoryForTraining(): Promise<MemoryLimit> {
  const { available, total } = await memoryLimit()
  return { available: available + heldMemory(), total }
}

/**
 * The ways to go through a plan's batches, the quickest first: whole, in halves, in quarters … down to single rows, and then the same with
 * recomputation, where the settings leave it open or want it.
 */
export function waysToStep(settings: TrainingSettings): StepMemory[] {
  const { per_device_train_batch_size, per_device_eval_batch_size, eval_strategy, activation_checkpointing } = settings
  const evaluated = eval_strategy === 'no' ? 0 : per_device_eval_batch_size
  const parts: StepMemory['rowsAtOnce'][] = [null]
  for (let rows = Math.max(per_device_train_batch_size, evaluated); rows > 1;) parts.push((rows = Math.ceil(rows / 2)))
  const recomputations = { off: [false], auto: [false, true], on: [true] }[activation_checkpointing]
  return recomputations.flatMap((recomputes) => parts.map((rowsAtOnce) => ({ rowsAtOnce, recomputes })))
}

/**
 * The quickest way to train these rows that the memory allows.
 * @param factor what was measured, relative to the formula; 1 where nothing was
 * @throws TuneDeskError runs/no-memory-as-set, runs/no-memory-for-model, runs/no-memory where there is none: what would fit is part of it
 */
export function fitMemory(
  config: ModelConfig,
  settings: TrainingSettings,
  rows: RowSizes,
  limit: MemoryLimit,
  factor = 1,
): FittedTraining {
  const fitted = (changed: TrainingSettings, changedRows: RowSizes): FittedTraining | undefined =>
    waysToStep(changed)
      .map((memory) => ({ memory, needed: factor * trainingBytes(config, changed, changedRows, memory) }))
      .find(({ needed }) => needed <= limit.available)
  const found = fitted(settings, rows)
  if (found) return found
  const least = Math.min(...waysToStep(settings).map((memory) => factor * trainingBytes(config, settings, rows, memory)))
  const figures = { needed: gigabytes(least), available: gigabytes(limit.available), total: gigabytes(limit.total) }
  const change = alternatives(settings, rows).find((other) => fitted(other.settings, other.rows))
  if (change) throw new TuneDeskError('runs/no-memory-as-set', { ...figures, settings: change.words })
  const millions = Math.floor(fittingParameters(config, settings, least, limit.available) / 1e6)
  if (millions >= 1) throw new TuneDeskError('runs/no-memory-for-model', { ...figures, millions })
  throw new TuneDeskError('runs/no-memory', figures)
}

/** Parameters of a model that would fit as things are set: what does not grow with them, the process and its batches, stays as large. */
function fittingParameters(config: ModelConfig, settings: TrainingSettings, needed: number, available: number): number {
  const { weights, gradients, optimizer } = parameterBytes(config, settings)
  const bytes = weights + gradients + optimizer + frozenBytes(config, settings)
  return (parameterCountOf(config) * (available - (needed - bytes))) / bytes
}

interface Alternative {
  /** `name=value`, as a command line takes it. */
  words: string
  settings: TrainingSettings
  rows: RowSizes
}

/** Rows are not worth cutting shorter. */
const SHORTEST_ROW = 32

/** What a person could set instead, that which changes the result least first. */
function alternatives(settings: TrainingSettings, { learnedFrom, heldOut }: RowSizes): Alternative[] {
  const recomputing: Partial<TrainingSettings> =
    settings.activation_checkpointing === 'off' ? { activation_checkpointing: 'auto' } : {}
  const longest = [...learnedFrom, ...heldOut].reduce((most, { tokens }) => Math.max(most, tokens), 0)
  const lengths: number[] = []
  for (let length = 2 ** Math.floor(Math.log2(longest - 1)); length >= SHORTEST_ROW; length /= 2) lengths.push(length)
  const optimizers: Partial<TrainingSettings>[] = settings.optim === 'adamw_torch' ? [{}, { optim: 'adamw_8bit' }] : [{}]
  const changes = [{}, ...lengths.map((max_length) => ({ max_length }))].flatMap((shorter) =>
    optimizers.map((smaller) => ({ ...recomputing, ...smaller, ...shorter })),
  )
  return changes.map((change) => {
    const length = 'max_length' in change ? change.max_length : Infinity
    const cut = ({ tokens, supervised }: RowSize): RowSize => ({
      tokens: Math.min(tokens, length),
      supervised: Math.min(supervised, length),
    })
    return {
      words: Object.entries(change)
        .map(([name, value]) => `${name}=${String(value)}`)
        .join(' '),
      settings: { ...settings, ...change },
      rows: { learnedFrom: learnedFrom.map(cut), heldOut: heldOut.map(cut) },
    }
  })
}

const gigabytes = (bytes: number): string => (bytes / 1e9).toFixed(2)
