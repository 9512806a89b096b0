import type { LogLine } from '../../contract/logLine.ts'
import { cursorAfter, type TrainingPlan } from '../3-batches/trainingPlan.ts'
import { AS_PLANNED, type StepMemory } from './stepMemory.ts'
import type { TrainingSettings } from '../../contract/trainingSettings.ts'

export type { LogLine } from '../../contract/logLine.ts'

/** What trainer_state.json says, under its names (transformers 5.23, trainer_callback.py, TrainerState). */
export interface TrainerState {
  best_global_step: number | null
  best_metric: number | null
  epoch: number
  eval_steps: number
  global_step: number
  log_history: LogLine[]
  logging_steps: number
  max_steps: number
  num_train_epochs: number
  save_steps: number
  total_flos: number
  train_batch_size: number
}

/**
 * Everything of a run but weights and moments, as one serialisable value: with them, the same rows and the same settings, the run goes
 * on exactly where it was. The random state is the seed, from which each epoch's order follows.
 */
export interface RunState {
  trainer: TrainerState
  /** Epochs whose end (its log, evaluation and checkpoint) is done. Lags behind `global_step` between an epoch's last step and its end. */
  finishedEpochs: number
  /** Sum of the optimizer steps' losses since the last line of the log, and of all those before it. */
  lossSinceLog: number
  lossBeforeLog: number
  lastLoggedStep: number
  /** Sum of the losses of the epoch that is going on. */
  lossOfEpoch: number
  /** Evaluations in a row that were not better than the best one before by enough. */
  evaluationsWithoutGain: number
  /** Why the run ends before its last step; null while it does not. */
  endedBy: 'early-stopping' | 'test-passed' | 'keep' | null
  /** Of the last optimizer step; null before the first. */
  gradientNorm: number | null
  learningRate: number | null
  /** Floating-point operations not yet in `total_flos`, which the Trainer brings up to date when it logs or saves. */
  uncountedFlos: number
  /** Steps of the checkpoints that are kept, ascending. */
  checkpoints: number[]
  /** The step of the best model's checkpoint, where one was saved. */
  bestCheckpoint: number | null
  /** Wall-clock seconds trained, in all sittings together. */
  seconds: number
  /** How the steps of the newest sitting fitted into memory. */
  stepMemory: StepMemory
}

export function initialRunState(plan: TrainingPlan, settings: TrainingSettings): RunState {
  // A share of the run becomes steps as in TrainerState.compute_steps; eval_steps stays 500 where nothing is evaluated by steps.
  const inSteps = (value: number): number => (value < 1 ? Math.ceil(plan.totalSteps * value) : value)
  return {
    trainer: {
      best_global_step: null,
      best_metric: null,
      epoch: 0,
      eval_steps: inSteps(settings.eval_steps ?? 500),
      global_step: 0,
      log_history: [],
      logging_steps: inSteps(settings.logging_steps),
      max_steps: plan.totalSteps,
      num_train_epochs: plan.epochCount,
      save_steps: inSteps(settings.save_steps),
      total_flos: 0,
      train_batch_size: settings.per_device_train_batch_size,
    },
    finishedEpochs: 0,
    lossSinceLog: 0,
    lossBeforeLog: 0,
    lastLoggedStep: 0,
    lossOfEpoch: 0,
    evaluationsWithoutGain: 0,
    endedBy: null,
    gradientNorm: null,
    learningRate: null,
    uncountedFlos: 0,
    checkpoints: [],
    bestCheckpoint: null,
    seconds: 0,
    stepMemory: AS_PLANNED,
  }
}

/** Whether a run that stands here has an optimizer step left to take before the end of its epoch. */
export function hasStepInEpoch(state: RunState, plan: TrainingPlan): boolean {
  return (
    state.trainer.global_step < plan.totalSteps && cursorAfter(plan, state.trainer.global_step).epoch === state.finishedEpochs
  )
}

/** Whether no step of the next epoch is taken. An epoch that was broken off counts as done. */
export const isAtEpochStart = (state: RunState, plan: TrainingPlan): boolean =>
  state.trainer.global_step <= state.finishedEpochs * plan.stepsPerEpoch
