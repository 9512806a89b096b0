import type { TrainingSettings } from '../../contract/trainingSettings.ts'
import type { MemoryWarning } from './runRecorder.ts'

/** How steps and evaluations go through their rows so that they fit into memory. Losses and gradients are those of the plan, whichever way. */
export interface StepMemory {
  /** Rows of one forward and backward pass at most, a larger batch being worked through in parts; null: as many as a batch has. */
  rowsAtOnce: number | null
  /** Whether layers keep only their inputs and are run again on the way back. */
  recomputes: boolean
}

/** Batches whole, activations kept. */
export const AS_PLANNED: StepMemory = { rowsAtOnce: null, recomputes: false }

/** The parts of a batch, in its order. */
export function partsOf<Row>(rows: readonly Row[], { rowsAtOnce }: StepMemory): Row[][] {
  const size = rowsAtOnce ?? Math.max(1, rows.length)
  return Array.from({ length: Math.ceil(rows.length / size) }, (_, index) => rows.slice(index * size, (index + 1) * size))
}

/** What is different from what the settings ask for. */
export function memoryWarnings({ rowsAtOnce, recomputes }: StepMemory, settings: TrainingSettings): MemoryWarning[] {
  const of = settings.per_device_train_batch_size
  return [
    ...(rowsAtOnce === null || rowsAtOnce >= of ? [] : [{ kind: 'smaller-batches', rowsAtOnce, of } as const]),
    ...(recomputes && settings.activation_checkpointing !== 'on' ? [{ kind: 'recomputation' } as const] : []),
  ]
}
