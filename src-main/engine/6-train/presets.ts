import type { TrainingSettings } from './settings.ts'

/** Settings under a name; what a preset does not say is the Trainer's default. */
export const PRESETS = {
  /** The tutorial's run, with a line of the log for every epoch. */
  tutorial: { num_train_epochs: 10, per_device_train_batch_size: 2, logging_strategy: 'epoch' },
  /** For the small starter model, which has to move further from where it begins than a large one. */
  starter: {
    num_train_epochs: 36,
    per_device_train_batch_size: 2,
    learning_rate: 4e-4,
    lr_scheduler_type: 'cosine',
    logging_strategy: 'epoch',
  },
} as const satisfies Record<string, Partial<TrainingSettings>>
