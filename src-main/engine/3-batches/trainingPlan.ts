import { TuneDeskError } from '../../contract/error.ts'
import { batchesPerEpoch, stepsPerEpoch, type BatchSettings } from './stepsOfEpoch.ts'

export interface LengthSettings {
  /** May be a fraction. */
  num_train_epochs: number
  /** Optimizer steps of the whole run; zero or negative: as many as `num_train_epochs` makes. */
  max_steps: number
}

/** How long a run is. Plain data. */
export interface TrainingPlan {
  batchesPerEpoch: number
  stepsPerEpoch: number
  gradientAccumulationSteps: number
  /** Optimizer steps of the whole run. */
  totalSteps: number
  /** Epochs that the run enters; the last may not be finished. */
  epochCount: number
}

/**
 * The length of a run, as Trainer.set_initial_training_values counts it.
 * @param sequenceCount how many `trainingSequences` the rows make
 * @throws TuneDeskError where there is no batch to train on
 */
export function trainingPlan(sequenceCount: number, settings: BatchSettings & LengthSettings): TrainingPlan {
  const perEpoch = stepsPerEpoch(sequenceCount, settings)
  if (perEpoch === 0)
    throw new TuneDeskError('batches/none', { rows: sequenceCount, batchSize: settings.per_device_train_batch_size })
  const totalSteps = settings.max_steps > 0 ? settings.max_steps : Math.ceil(settings.num_train_epochs * perEpoch)
  return {
    batchesPerEpoch: batchesPerEpoch(sequenceCount, settings),
    stepsPerEpoch: perEpoch,
    gradientAccumulationSteps: settings.gradient_accumulation_steps,
    totalSteps,
    epochCount: Math.ceil(totalSteps / perEpoch),
  }
}

/** Where a run stands in its data: the next step to take. Plain data, part of a run's state. */
export interface DataCursor {
  /** From 0. */
  epoch: number
  /** Index into `stepsOfEpoch` of that epoch. */
  step: number
}

/** The cursor behind `globalStep` finished optimizer steps. */
export function cursorAfter(plan: TrainingPlan, globalStep: number): DataCursor {
  return { epoch: Math.floor(globalStep / plan.stepsPerEpoch), step: globalStep % plan.stepsPerEpoch }
}

/** The Trainer's `epoch` behind `globalStep` finished steps: epochs done, the last in parts of its micro-batches. */
export function epochAfter(plan: TrainingPlan, globalStep: number): number {
  const { epoch, step } = cursorAfter(plan, globalStep)
  return epoch + (step * plan.gradientAccumulationSteps) / plan.batchesPerEpoch
}
