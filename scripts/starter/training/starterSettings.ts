import { createSettings, type TrainingSettings } from '../../../src-main/contract/trainingSettings.ts'

/** Tokens that a row keeps: nearly all poems and passages whole. */
export const ROW_LENGTH = 256
/** During the training only every so manieth held-out row is looked at; all of them at its end. */
export const HELD_OUT_STRIDE = 8

/** The pre-training, under the Trainer's names: half an hour on two idle cores, a little less than once through the corpus. */
export function starterSettings(): TrainingSettings {
  return createSettings({
    max_steps: 2100,
    per_device_train_batch_size: 24,
    per_device_eval_batch_size: 24,
    learning_rate: 2e-3,
    lr_scheduler_type: 'cosine',
    warmup_steps: 100,
    weight_decay: 0.1,
    adam_beta2: 0.98,
    logging_steps: 10,
    eval_strategy: 'steps',
    eval_steps: 250,
    save_steps: 50,
    save_total_limit: 2,
    max_length: ROW_LENGTH,
    loss_on: 'everything',
    seed: 42,
  })
}
