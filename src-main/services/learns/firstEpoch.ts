import { stepsOfEpoch } from '../../engine/3-batches/stepsOfEpoch.ts'
import { trainingSequences } from '../../engine/3-batches/trainingSequences.ts'
import { TuneDeskError } from '../../contract/error.ts'
import { settingsOf, type Pass } from './projectLearner.ts'

export interface EpochBatch {
  /** Positions of its rows in the project. */
  positions: number[]
  /** The optimizer step that it belongs to, from 1. */
  step: number
}

/**
 * The batches of the first epoch in the trainer's own order. Packed ones are known when all rows are measured.
 * @throws TuneDeskError settings/…; batches/none
 */
export function firstEpoch({ survey, situation }: Pass): EpochBatch[] {
  const trained = survey.positionsOf('learned-from')
  const settings = settingsOf(situation)
  const sequences = trainingSequences(survey.keptLengths('learned-from'), settings)
  const batches: EpochBatch[] = []
  for (const [number, step] of stepsOfEpoch(sequences, settings, 0).entries())
    for (const batch of step) batches.push({ positions: batch.flatMap((row) => trained[row] ?? []), step: number + 1 })
  if (batches.length === 0)
    throw new TuneDeskError('batches/none', { rows: sequences.length, batchSize: settings.per_device_train_batch_size })
  return batches
}
