import type { TrainerState } from './runState.ts'
import type { TrainingSettings } from '../../contract/trainingSettings.ts'

/** What the Trainer does, in this order, once an optimizer step or an epoch is over. */
export interface DueEvents {
  log: boolean
  evaluate: boolean
  save: boolean
}

/** Source: transformers 5.23, trainer_callback.py, DefaultFlowCallback.on_step_end. */
export function dueAfterStep(state: TrainerState, settings: TrainingSettings): DueEvents {
  const step = state.global_step
  const isLast = step >= state.max_steps
  return {
    log:
      (step === 1 && settings.logging_first_step) || (settings.logging_strategy === 'steps' && step % state.logging_steps === 0),
    evaluate: settings.eval_strategy === 'steps' && (step % state.eval_steps === 0 || isLast),
    save: settings.save_strategy === 'steps' && (step % state.save_steps === 0 || isLast),
  }
}

/** Source: transformers 5.23, trainer_callback.py, DefaultFlowCallback.on_epoch_end. */
export function dueAfterEpoch(settings: TrainingSettings): DueEvents {
  return {
    log: settings.logging_strategy === 'epoch',
    evaluate: settings.eval_strategy === 'epoch',
    save: settings.save_strategy === 'epoch',
  }
}
