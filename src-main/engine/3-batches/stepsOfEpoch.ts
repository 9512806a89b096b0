import { seededOrder } from './seededOrder.ts'
import type { Sequence } from './trainingSequences.ts'

/** The settings that decide which rows a step sees, under the Trainer's names. */
export interface BatchSettings {
  /** Sequences of one forward and backward pass. */
  per_device_train_batch_size: number
  /** Micro-batches of one optimizer step. */
  gradient_accumulation_steps: number
  /** Leave out an epoch's last batch where it is not full. */
  dataloader_drop_last: boolean
  seed: number
  /** Seed of the order of sequences; null: `seed`. */
  data_seed: number | null
}

/** The micro-batches of one optimizer step, each a list of row indices. */
export type Step = number[][]

/** Micro-batches of one epoch. 0 where `dataloader_drop_last` leaves out the only batch. */
export function batchesPerEpoch(sequenceCount: number, settings: BatchSettings): number {
  const batches = sequenceCount / settings.per_device_train_batch_size
  return settings.dataloader_drop_last ? Math.floor(batches) : Math.ceil(batches)
}

/** Optimizer steps of one epoch; the last one may have fewer micro-batches (Trainer.set_initial_training_values). */
export function stepsPerEpoch(sequenceCount: number, settings: BatchSettings): number {
  return Math.ceil(batchesPerEpoch(sequenceCount, settings) / settings.gradient_accumulation_steps)
}

/**
 * What an epoch does, step by step: which rows, in which micro-batches, in the Trainer's own order.
 * @param sequences `trainingSequences` of the rows
 * @param epoch from 0
 */
export function stepsOfEpoch(sequences: readonly Sequence[], settings: BatchSettings, epoch: number): Step[] {
  const order = seededOrder(sequences.length, settings.data_seed ?? settings.seed, epoch)
  const batches = chunks(order, settings.per_device_train_batch_size).slice(0, batchesPerEpoch(sequences.length, settings))
  const rows = batches.map((batch) => batch.flatMap((index) => sequences[index] ?? []))
  return chunks(rows, settings.gradient_accumulation_steps)
}

function chunks<Item>(items: readonly Item[], size: number): Item[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) => items.slice(index * size, (index + 1) * size))
}
