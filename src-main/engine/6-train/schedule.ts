import type { TrainingSettings } from '../../contract/trainingSettings.ts'

/** Optimizer steps of warm-up (transformers 5.23, training_args.py, TrainingArguments.get_warmup_steps). */
export function warmupSteps(settings: Pick<TrainingSettings, 'warmup_steps'>, maxSteps: number): number {
  return settings.warmup_steps >= 1 ? Math.trunc(settings.warmup_steps) : Math.ceil(maxSteps * settings.warmup_steps)
}

/**
 * The learning rate of one optimizer step.
 * Source: transformers 5.23, optimization.py, `_get_…_schedule_with_warmup_lr_lambda`; torch's LambdaLR multiplies it by the base rate.
 * @param step Optimizer steps already taken: 0 for the first
 */
export function learningRateAt(
  step: number,
  maxSteps: number,
  settings: Pick<TrainingSettings, 'learning_rate' | 'lr_scheduler_type' | 'warmup_steps'>,
): number {
  return settings.learning_rate * multiplier(step, maxSteps, settings.lr_scheduler_type, warmupSteps(settings, maxSteps))
}

function multiplier(step: number, maxSteps: number, kind: TrainingSettings['lr_scheduler_type'], warmup: number): number {
  if (kind === 'constant') return 1
  if (step < warmup) return step / Math.max(1, warmup)
  switch (kind) {
    case 'constant_with_warmup':
      return 1
    case 'linear':
      return Math.max(0, (maxSteps - step) / Math.max(1, maxSteps - warmup))
    case 'cosine':
      return Math.max(0, 0.5 * (1 + Math.cos(Math.PI * ((step - warmup) / Math.max(1, maxSteps - warmup)))))
  }
}
