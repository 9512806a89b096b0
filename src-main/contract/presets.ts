import { trainableParameters } from './doctorReport.ts'
import { trainingSettingsSchema, type TrainingSettings } from './trainingSettings.ts'

/** An adapter learns best at about ten times the learning rate of all weights (Schulman et al. 2025, "LoRA Without Regret"). */
const LORA_RATE_FACTOR = 10
const LORA = { method: 'lora', r: 16, lora_alpha: 32 } as const

/** Settings under a name; what a preset does not say is the Trainer's default. */
export const PRESETS = {
  /** For the small starter model, which has to move further from where it begins than a large one. */
  starter: {
    num_train_epochs: 36,
    per_device_train_batch_size: 2,
    learning_rate: 4e-4,
    lr_scheduler_type: 'cosine',
    logging_strategy: 'epoch',
  },
  /** An adapter in large steps, up to the first time that the test passes. */
  quick: {
    ...LORA,
    num_train_epochs: 30,
    per_device_train_batch_size: 2,
    learning_rate: 2e-3,
    lr_scheduler_type: 'cosine',
    stop_when_test_passes: true,
    logging_strategy: 'epoch',
  },
  /** The same in smaller steps. */
  balanced: {
    ...LORA,
    num_train_epochs: 60,
    per_device_train_batch_size: 2,
    learning_rate: 1e-3,
    lr_scheduler_type: 'cosine',
    stop_when_test_passes: true,
    logging_strategy: 'epoch',
  },
  /** Every weight, to the end. */
  thorough: {
    num_train_epochs: 40,
    per_device_train_batch_size: 2,
    learning_rate: 2e-4,
    lr_scheduler_type: 'cosine',
    warmup_steps: 0.05,
    logging_strategy: 'epoch',
  },
  /** The tutorial's run, with a line of the log for every epoch. */
  tutorial: { num_train_epochs: 10, per_device_train_batch_size: 2, logging_strategy: 'epoch' },
} as const satisfies Record<string, Partial<TrainingSettings>>

export type PresetName = keyof typeof PRESETS
export const PRESET_NAMES = Object.keys(PRESETS) as [PresetName, ...PresetName[]]

/**
 * The preset that a model begins with, unless it is the starter model: every weight where that takes no more than a quarter of the memory; an
 * adapter where the model itself, in float32, takes no more; else the shortest training.
 * @param memory bytes that a training could have at most
 */
export function suggestedPreset(parameterCount: number, memory: number): PresetName {
  if (parameterCount <= trainableParameters(memory / 4)) return 'thorough'
  return 4 * parameterCount <= memory / 4 ? 'balanced' : 'quick'
}

interface PlannedTraining {
  preset: PresetName
  /** What differs from the preset. */
  settings: Partial<TrainingSettings>
}

const completed = (preset: PresetName): TrainingSettings => trainingSettingsSchema.parse(PRESETS[preset])

export const methodOf = ({ preset, settings }: PlannedTraining): TrainingSettings['method'] =>
  settings.method ?? completed(preset).method

/** A plan's settings, with what goes with a method: how wide an adapter is, and how far a step goes. @param method null: the preset's */
export function withMethod(
  { preset, settings }: PlannedTraining,
  method: TrainingSettings['method'] | null,
): Partial<TrainingSettings> {
  const { method: own, learning_rate } = completed(preset)
  const goes = (name: string): boolean =>
    name in LORA || name === 'learning_rate' || (name === 'load_in_8bit' && (method ?? own) === 'full')
  const others = Object.fromEntries(Object.entries(settings).filter(([name]) => !goes(name)))
  if (method === null || method === own) return others
  const factor = method === 'lora' ? LORA_RATE_FACTOR : 1 / LORA_RATE_FACTOR
  // 1e-4, not 0.00009999…
  const rate = Number((learning_rate * factor).toPrecision(2))
  return { ...others, ...(method === 'lora' ? LORA : { method }), learning_rate: rate }
}
