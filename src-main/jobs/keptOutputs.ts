import { join } from 'node:path'
import type { TrainingSettings } from '../contract/trainingSettings.ts'
import type { TrainingPlan } from '../engine/3-batches/trainingPlan.ts'
import type { ModelConfig } from '../engine/4-graph/config.ts'
import { partsToTrain } from '../engine/4-graph/partsToTrain.ts'
import { frozenLayerCount } from '../engine/4-graph/trainedParts.ts'
import { createFrozenOutputs, type FrozenOutputs, type FrozenRoom } from '../engine/6-train/frozenOutputs.ts'
import { freeDiskBytes } from './diskSpace.ts'
import type { MemoryRoom } from './fitMemory.ts'
import { bytesToWrite, CHECKPOINTS_BETWEEN, evaluationCount, type WrittenRun } from './requirements.ts'
import type { LayersOfPass } from './trainingCost.ts'
import type { RowSize, RowSizes } from './trainingMemory.ts'

/** Of which rows the frozen layers' outputs are kept. */
export interface KeptOutputs {
  /** How many frozen layers there are below the lowest trained one. */
  layers: number
  training: boolean
  evaluation: boolean
}

/**
 * Outputs are kept of rows that are met more than once. That follows from the plan alone and not from what is left of it: a resumed run computes as the
 * whole one did.
 * @throws TuneDeskError settings/lora-…, settings/layer-missing
 */
export function keptOutputs(config: ModelConfig, settings: TrainingSettings, plan: TrainingPlan): KeptOutputs {
  const layers = frozenLayerCount(config, partsToTrain(config, settings))
  const keeps = layers > 0 && settings.frozen_cache !== 'off'
  return { layers, training: keeps && plan.epochCount > 1, evaluation: keeps && evaluationCount(settings, plan) > 1 }
}

/** The layers that a pass over learned rows goes through: over those met for the first time, and later. */
export function layersOfPass(
  { layerCount }: ModelConfig,
  { layers, training }: KeptOutputs,
): Record<'first' | 'later', LayersOfPass> {
  const back = layerCount - layers
  return { first: { back, forward: layers }, later: { back, forward: training ? 0 : layers } }
}

const BYTES = { float32: 4, float16: 2, off: 0 }

/** Bytes of all that would be kept, were there room for it. */
export function bytesOfKeptOutputs(
  { hiddenSize }: ModelConfig,
  { frozen_cache }: TrainingSettings,
  kept: KeptOutputs,
  { learnedFrom, heldOut }: RowSizes,
): number {
  const rows = [...(kept.training ? learnedFrom : []), ...(kept.evaluation ? heldOut : [])]
  return BYTES[frozen_cache] * hiddenSize * rows.reduce((sum: number, { tokens }: RowSize) => sum + tokens, 0)
}

/** Of the memory, and of the disk that a run leaves free, no more than this share is taken for what only saves time. */
const SHARE = 0.5

/**
 * @param memory what training itself takes, and all that there is for it; bytes
 * @param disk what the run itself writes, and what is free
 */
export const roomForOutputs = (
  memory: { needed: number; available: number },
  disk: { needed: number; free: number },
): FrozenRoom => ({
  // Where training alone takes that much, its own measure is too near the limit to add anything.
  memory: Math.max(0, SHARE * memory.available - memory.needed),
  disk: Math.max(0, SHARE * (disk.free - disk.needed)),
})

/** How much of each is taken by so many bytes: memory first, then the disk, and what is beyond is not kept. */
export function takenRoom(bytes: number, room: FrozenRoom): FrozenRoom {
  const memory = Math.min(bytes, room.memory)
  return { memory, disk: Math.min(bytes - memory, room.disk) }
}

/** What a run keeps, and the room that there is for it. */
export interface OutputsToKeep {
  kept: KeptOutputs
  room: FrozenRoom
  /** How much of the room will be taken. */
  taken: FrozenRoom
}

/** @throws TuneDeskError as `keptOutputs` */
export async function outputsToKeep(
  config: ModelConfig,
  { rows, limit, fitted }: MemoryRoom,
  written: WrittenRun,
): Promise<OutputsToKeep> {
  const kept = keptOutputs(config, written.settings, written.plan)
  const room = roomForOutputs(
    { needed: fitted.needed, available: limit.available },
    { needed: bytesToWrite(written, CHECKPOINTS_BETWEEN), free: await freeDiskBytes(written.folder) },
  )
  return { kept, room, taken: takenRoom(bytesOfKeptOutputs(config, written.settings, kept, rows), room) }
}

/**
 * The cache of such a run; null where nothing is kept.
 * @param folder the run's
 */
export function openFrozenOutputs(
  folder: string,
  { frozen_cache }: TrainingSettings,
  { kept, room }: OutputsToKeep,
  clock: () => number,
): FrozenOutputs | null {
  if (frozen_cache === 'off' || (!kept.training && !kept.evaluation)) return null
  return createFrozenOutputs({ precision: frozen_cache, room, path: join(folder, SCRATCH_FILE), clock })
}

const SCRATCH_FILE = '.frozen-outputs.tmp'
