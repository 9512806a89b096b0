import type { SettingName, TrainingSettings } from '../../../../src-main/contract/trainingSettings.ts'

/** The settings as they stand in Advanced. Each one is in exactly one group; `method` stands in the form itself. */
export const SETTING_GROUPS = {
  length: [
    'num_train_epochs',
    'max_steps',
    'per_device_train_batch_size',
    'gradient_accumulation_steps',
    'dataloader_drop_last',
    'activation_checkpointing',
  ],
  pace: ['learning_rate', 'lr_scheduler_type', 'warmup_steps'],
  rows: ['max_length', 'packing', 'loss_on', 'template'],
  lora: ['r', 'lora_alpha', 'lora_dropout', 'target_modules', 'use_rslora', 'modules_to_save', 'load_in_8bit'],
  stopping: [
    'eval_strategy',
    'eval_steps',
    'per_device_eval_batch_size',
    'early_stopping_patience',
    'early_stopping_threshold',
    'stop_when_test_passes',
    'load_best_model_at_end',
    'metric_for_best_model',
    'greater_is_better',
  ],
  optimizer: [
    'layers_to_transform',
    'frozen_cache',
    'optim',
    'weight_decay',
    'adam_beta1',
    'adam_beta2',
    'adam_epsilon',
    'max_grad_norm',
  ],
  record: [
    'logging_strategy',
    'logging_steps',
    'logging_first_step',
    'save_strategy',
    'save_steps',
    'save_total_limit',
    'sample_each_epoch',
  ],
  chance: ['seed', 'data_seed'],
} as const satisfies Record<string, readonly SettingName[]>

export type SettingGroup = keyof typeof SETTING_GROUPS

const ADAM_ONLY: readonly SettingName[] = ['adam_beta1', 'adam_beta2', 'adam_epsilon']

/** Whether a setting changes anything beside the others: what does not is not shown. */
export function isInForce(
  name: SettingName,
  { method, optim, layers_to_transform }: Pick<TrainingSettings, 'method' | 'optim' | 'layers_to_transform'>,
): boolean {
  if ((SETTING_GROUPS.lora as readonly SettingName[]).includes(name)) return method === 'lora'
  if (name === 'frozen_cache') return layers_to_transform !== null
  return !ADAM_ONLY.includes(name) || optim.startsWith('adamw')
}
