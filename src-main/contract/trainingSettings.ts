import { z } from 'zod'
import { TuneDeskError } from './error.ts'

/*
 * Names, defaults and rules of the Hugging Face Trainer's arguments (transformers 5.23, training_args.py, class TrainingArguments) and of its
 * EarlyStoppingCallback, those of LoRA from PEFT (peft 0.21, tuners/lora/config.py, class LoraConfig), TRL's `packing` (trl 1.16, sft_config.py),
 * `load_in_8bit` of transformers' BitsAndBytesConfig, and some of ours: `method`; `max_length`, `loss_on` and `template`, which the Trainer leaves to whoever prepares its dataset;
 * `stop_when_test_passes`, `sample_each_epoch`, `activation_checkpointing` and `frozen_cache`.
 * What stands behind `error` is what belongs there, in signs that need no translation.
 */
const whole = (minimum: number, otherwise = '') =>
  z.int({ error: `integer ≥ ${minimum}${otherwise}` }).min(minimum, { error: `integer ≥ ${minimum}${otherwise}` })
const above = (limit: number) => z.number({ error: `> ${limit}` }).gt(limit, { error: `> ${limit}` })
const atLeast = (minimum: number) => z.number({ error: `≥ ${minimum}` }).min(minimum, { error: `≥ ${minimum}` })
const share = () => z.number({ error: '0 ≤ x < 1' }).min(0, { error: '0 ≤ x < 1' }).lt(1, { error: '0 ≤ x < 1' })
const yesOrNo = () => z.boolean({ error: 'true | false' })
const oneOf = <const Choices extends readonly [string, ...string[]]>(choices: Choices) =>
  z.enum(choices, { error: choices.join(' | ') })
/** A list that is written with commas. */
const list = (item: string, expected: string) =>
  z.string({ error: expected }).regex(new RegExp(`^${item}( *, *${item})*$`), { error: expected })
/** A number of optimizer steps, or below 1 a share of all of the run's steps. */
const steps = () => {
  const expected = { error: 'integer ≥ 1 | 0 < x < 1' }
  return z.number(expected).refine((value) => (value >= 1 ? Number.isInteger(value) : value > 0), expected)
}

export const trainingSettingsSchema = z.strictObject({
  num_train_epochs: above(0).default(3),
  /** Optimizer steps in all; -1 leaves it to `num_train_epochs`. */
  max_steps: z
    .int({ error: '-1 | integer ≥ 1' })
    .refine((value) => value === -1 || value >= 1, { error: '-1 | integer ≥ 1' })
    .default(-1),
  per_device_train_batch_size: whole(1).default(8),
  per_device_eval_batch_size: whole(1).default(8),
  gradient_accumulation_steps: whole(1).default(1),
  /**
   * Whether a layer keeps only its input and is computed again on the way back (what the Trainer's `gradient_checkpointing` switches on);
   * auto: where memory is short.
   */
  activation_checkpointing: oneOf(['auto', 'on', 'off']).default('auto'),
  dataloader_drop_last: yesOrNo().default(false),

  learning_rate: atLeast(0).default(5e-5),
  lr_scheduler_type: oneOf(['linear', 'cosine', 'constant', 'constant_with_warmup']).default('linear'),
  /** Optimizer steps over which the learning rate rises from 0, or below 1 a share of all of the run's steps. */
  warmup_steps: atLeast(0).default(0),
  /** adamw_8bit keeps most moments in 8 bits, as bitsandbytes does; adafactor and sgd have none of `adam_…`. */
  optim: oneOf(['adamw_torch', 'adamw_8bit', 'adafactor', 'sgd']).default('adamw_torch'),
  weight_decay: atLeast(0).default(0),
  adam_beta1: share().default(0.9),
  adam_beta2: share().default(0.999),
  adam_epsilon: atLeast(0).default(1e-8),
  /** The global norm that gradients are clipped to; 0 leaves them as they are. */
  max_grad_norm: atLeast(0).default(1),

  logging_strategy: oneOf(['no', 'steps', 'epoch']).default('steps'),
  logging_steps: steps().default(500),
  logging_first_step: yesOrNo().default(false),
  eval_strategy: oneOf(['no', 'steps', 'epoch']).default('no'),
  /** Null: as `logging_steps`. */
  eval_steps: steps().nullable().default(null),
  save_strategy: oneOf(['no', 'steps', 'epoch', 'best']).default('steps'),
  save_steps: steps().default(500),
  /** How many checkpoints stay; null: all of them. */
  save_total_limit: whole(1, ' | none').nullable().default(null),
  load_best_model_at_end: yesOrNo().default(false),
  /** Null: 'loss' where `load_best_model_at_end` needs one, else none. */
  metric_for_best_model: z.enum(['loss', 'eval_loss'], { error: 'loss | eval_loss | none' }).nullable().default(null),
  /** Null: false for a metric whose name ends in 'loss', which all of ours do. */
  greater_is_better: z.boolean({ error: 'true | false | none' }).nullable().default(null),

  /** Evaluations in a row without a gain after which the training ends (the argument of EarlyStoppingCallback); null: none. */
  early_stopping_patience: whole(1, ' | none').nullable().default(null),
  /** By how much the metric must be better than its best so far to count as a gain (the argument of EarlyStoppingCallback). */
  early_stopping_threshold: atLeast(0).default(0),
  /** Ends the training after the epoch in which the model answers the questions that it learns word for word. */
  stop_when_test_passes: yesOrNo().default(false),
  /** Asks the first row's question at each epoch's end. */
  sample_each_epoch: yesOrNo().default(false),

  seed: whole(0)
    .max(2 ** 32 - 1, { error: 'integer ≥ 0, < 2³²' })
    .default(42),
  /** The seed of the order of the rows; null: `seed`. */
  data_seed: whole(0, ' | none')
    .max(2 ** 32 - 1, { error: 'integer ≥ 0, < 2³² | none' })
    .nullable()
    .default(null),

  /** What is trained: every weight, or small matrices beside frozen weights, LoRA. What follows has the names of PEFT's LoraConfig; all but `layers_to_transform` is of LoRA alone. */
  method: oneOf(['full', 'lora']).default('full'),
  r: whole(1).default(8),
  lora_alpha: whole(1).default(8),
  lora_dropout: share().default(0),
  /**
   * The linear modules that get an adapter, by name. Where nothing is said PEFT takes `q_proj,v_proj` for these models; with all of them LoRA
   * comes as far as full fine-tuning does (Dettmers et al. 2023, arXiv:2305.14314, section 4).
   */
  target_modules: list('[\\w.-]+', 'all-linear | q_proj,v_proj,…').default('all-linear'),
  use_rslora: yesOrNo().default(false),
  /** Modules that are trained whole beside the adapters, by name. */
  modules_to_save: list('[\\w.]+', 'embed_tokens,norm,… | none').nullable().default(null),
  /** Transformers' name: holds the layers' frozen matrices in 8 bits, which LoRA alone can learn beside: less memory, slightly other numbers. */
  load_in_8bit: yesOrNo().default(false),
  /** The layers that are trained, from 0; null: all. Of LoRA those that get adapters; else nothing but their weights is trained. */
  layers_to_transform: list('\\d+(-\\d+)?', '0,1,2 | 0-11 | none').nullable().default(null),
  /**
   * How the outputs of frozen layers below all that is trained are kept for later epochs: as they are, rounded to 16 bits in half the room, or not at
   * all, so that every epoch computes them again.
   */
  frozen_cache: oneOf(['float32', 'float16', 'off']).default('float32'),

  /** Tokens that a row keeps. */
  max_length: whole(2).default(512),
  /** Puts short rows together into sequences of up to `max_length` tokens, in which they do not see each other (TRL's `packing`). */
  packing: yesOrNo().default(false),
  /** What is learned: the answer and its end mark, or every token. */
  loss_on: oneOf(['answer', 'everything']).default('answer'),
  /** How a row becomes text: its parts one after another, or by the model's chat template. */
  template: oneOf(['plain', 'chat']).default('plain'),
})

export type TrainingSettings = z.output<typeof trainingSettingsSchema>
export type SettingName = keyof TrainingSettings

export const SETTING_NAMES = Object.keys(trainingSettingsSchema.shape) as SettingName[]

/**
 * Settings with every default filled in.
 * @throws usage/unknown-setting, usage/wrong-value, settings/* where two settings do not go together
 */
export function createSettings(given: Readonly<Record<string, unknown>>): TrainingSettings {
  const parsed = trainingSettingsSchema.safeParse(given)
  if (!parsed.success) throw wrongSetting(parsed.error.issues[0], given)
  const settings = withDerived(parsed.data)
  checkCombinations(settings)
  return settings
}

/**
 * One `name=value` as written on a command line. Numbers, true, false and none are read as such.
 * @throws usage/no-equals-sign, usage/unknown-setting, usage/wrong-value
 */
export function parseSetting(text: string): Partial<TrainingSettings> {
  const equals = text.indexOf('=')
  if (equals < 1) throw new TuneDeskError('usage/no-equals-sign', { value: text })
  const name = text.slice(0, equals).trim()
  const written = text.slice(equals + 1).trim()
  const given = { [name]: readValue(written) }
  // What looks like a number may be the only item of a list.
  const parsed = [given, { [name]: written }].map((each) => trainingSettingsSchema.partial().safeParse(each))
  const taken = parsed.find(({ success }) => success)?.data
  if (!taken) throw wrongSetting(parsed[0]?.error?.issues[0], given)
  return { [name]: taken[name as SettingName] }
}

function readValue(text: string): string | number | boolean | null {
  if (/^true$/i.test(text)) return true
  if (/^false$/i.test(text)) return false
  if (/^(none|null)$/i.test(text)) return null
  return text !== '' && Number.isFinite(Number(text)) ? Number(text) : text
}

function wrongSetting(issue: z.core.$ZodIssue | undefined, given: Readonly<Record<string, unknown>>): TuneDeskError {
  if (issue?.code === 'unrecognized_keys')
    return new TuneDeskError('usage/unknown-setting', { name: issue.keys.join(', '), choices: SETTING_NAMES.join(', ') })
  const name = String(issue?.path[0] ?? '')
  return new TuneDeskError('usage/wrong-value', { name, value: String(given[name]), expected: issue?.message ?? '' })
}

/** What the Trainer derives from other settings (training_args.py, TrainingArguments.__post_init__, "Auto-derived Values"). */
function withDerived(settings: TrainingSettings): TrainingSettings {
  const metric = settings.metric_for_best_model ?? (settings.load_best_model_at_end ? 'loss' : null)
  return {
    ...settings,
    eval_steps: settings.eval_steps ?? (settings.eval_strategy === 'steps' ? settings.logging_steps : null),
    metric_for_best_model: metric,
    greater_is_better: settings.greater_is_better ?? (metric === null ? null : false),
  }
}

/** The Trainer's rules (training_args.py, trainer.py, _validate_args, EarlyStoppingCallback.on_train_begin), and that "best" needs something to be the best by. */
function checkCombinations(settings: TrainingSettings): void {
  const { eval_strategy, save_strategy, save_steps, load_best_model_at_end } = settings
  if (settings.load_in_8bit && settings.method !== 'lora') throw new TuneDeskError('settings/8bit-needs-lora')
  if (save_strategy === 'best') {
    if (settings.metric_for_best_model === null) throw new TuneDeskError('settings/best-needs-metric')
    if (eval_strategy === 'no') throw new TuneDeskError('settings/best-needs-evaluation')
  }
  if (settings.early_stopping_patience !== null) {
    if (settings.metric_for_best_model === null) throw new TuneDeskError('settings/early-stopping-needs-metric')
    if (eval_strategy === 'no') throw new TuneDeskError('settings/early-stopping-needs-evaluation')
  }
  if (!load_best_model_at_end || save_strategy === 'best') return
  if (eval_strategy === 'no') throw new TuneDeskError('settings/best-needs-evaluation')
  if (eval_strategy !== save_strategy)
    throw new TuneDeskError('settings/best-needs-same-strategy', { evaluation: eval_strategy, save: save_strategy })
  const eval_steps = settings.eval_steps ?? 0
  if (eval_strategy === 'steps' && !isMultiple(save_steps, eval_steps))
    throw new TuneDeskError('settings/best-needs-multiple', { save: save_steps, evaluation: eval_steps })
}

/** Shares are compared in millionths, against the rounding of binary fractions; a share and a number of steps never go together. */
function isMultiple(save: number, evaluation: number): boolean {
  if (save < 1 !== evaluation < 1) return false
  return save < 1 ? Math.round(save * 1e6) % Math.round(evaluation * 1e6) === 0 : save % evaluation === 0
}
