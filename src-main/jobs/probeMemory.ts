import type { TrainingSettings } from '../contract/trainingSettings.ts'
import { packBatch } from '../engine/3-batches/packBatch.ts'
import { isOutOfMemory } from '../engine/5-exec/outOfMemory.ts'
import type { Decoder } from '../engine/6-train/decoder.ts'
import type { StepMemory } from '../engine/6-train/stepMemory.ts'
import { fitMemory, type MemoryRoom } from './fitMemory.ts'
import { heldMemory } from './heldMemory.ts'
import { madeUpRows } from './measureTraining.ts'
import type { BatchShape } from './trainingCost.ts'
import { largestBatch, parameterBytes, trainingBytes } from './trainingMemory.ts'

/** Where a training needs a smaller share than this by the formula, a pass on its longest batch would tell nothing new. */
const TIGHT_SHARE = 0.5
/** How far past the memory that there is a pass is taken to be that did not end. */
const TOO_MUCH = 1.05

/**
 * Carries out a pass on as long a batch as the training will meet, before its first step, and where that takes more memory than the formula said and
 * there is, goes over to a way that takes less. The model is afterwards what it was, and goes that way.
 * @throws TuneDeskError runs/no-memory-as-set, runs/no-memory where no way is left
 */
export async function probeMemory(
  model: Decoder,
  settings: TrainingSettings,
  { rows, limit, fitted: { memory, needed } }: MemoryRoom,
): Promise<StepMemory> {
  model.recomputesActivations = memory.recomputes
  if (needed <= TIGHT_SHARE * limit.available) return memory
  const batch = largestBatch(rows.learnedFrom, memory.rowsAtOnce ?? settings.per_device_train_batch_size)
  const isWholeStep = memory.rowsAtOnce === null && settings.gradient_accumulation_steps === 1
  const held = await heldInPass(model, settings, batch, isWholeStep)
  if (held !== null && held <= limit.available) return memory
  model.releaseBuffers()
  const factor = (held ?? TOO_MUCH * limit.available) / trainingBytes(model.config, settings, rows, memory)
  const next = fitMemory(model.config, settings, rows, limit, factor)
  if (held === null) return probeMemory(model, settings, { rows, limit, fitted: next })
  model.recomputesActivations = next.memory.recomputes
  return next.memory
}

/** Bytes that the process holds in a pass on such a batch, and will hold with the optimizer's state; null where there was not enough. */
async function heldInPass(
  model: Decoder,
  settings: TrainingSettings,
  batch: BatchShape,
  isWholeStep: boolean,
): Promise<number | null> {
  try {
    await model.accumulateGradients(packBatch(madeUpRows(model.config, batch)), 1, isWholeStep)
    return heldMemory() + (model.stepCount > 0 ? 0 : parameterBytes(model.config, settings).optimizer)
  } catch (error) {
    if (isOutOfMemory(error)) return null
    throw error
  } finally {
    model.discardGradients()
  }
}
