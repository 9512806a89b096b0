import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { goldenFolder } from '../golden/golden.ts'
import { temporaryFolder } from '../support/temporaryFolder.ts'
import { askPeer } from './peers.ts'
import allRows from './rows.json' with { type: 'json' }
import { expectSameRun, readFinishedRun, trainHere, type AskedRun, type FinishedRun } from './trainerRun.ts'

/** Float32 noise of the losses after a few dozen steps of a tiny model. */
const TOLERANCE = 2e-4

type Settings = Record<string, unknown>

const pick = (...indices: number[]) => allRows.filter((_, index) => indices.includes(index))
/** Eleven rows: a batch is ragged wherever it can be. Six of them are cut at 48 tokens, within the answer. */
const ROWS = pick(20, 21, 22, 23, 28, 29, 32, 33, 34, 36, 39)
const HELD_OUT = pick(24, 35, 37, 38, 40)
const COMMON = { learning_rate: 2e-3, max_length: 48, logging_steps: 1 }

const NAMED: Record<string, Settings> = {
  'the tutorial’s settings': {
    num_train_epochs: 10,
    per_device_train_batch_size: 2,
    logging_strategy: 'epoch',
    learning_rate: 5e-5,
  },
  'an order of the data of its own': { num_train_epochs: 3, per_device_train_batch_size: 3, data_seed: 1234 },
  'windows of three micro-batches, the last one short': {
    num_train_epochs: 3,
    per_device_train_batch_size: 2,
    gradient_accumulation_steps: 3,
  },
  'an end inside an epoch and inside no window': { max_steps: 7, per_device_train_batch_size: 1, gradient_accumulation_steps: 4 },
  'plain gradient descent': { optim: 'sgd', num_train_epochs: 3, learning_rate: 0.1, weight_decay: 0.1 },
  'Adafactor, clipped': { optim: 'adafactor', num_train_epochs: 3, weight_decay: 0.1 },
  'Adafactor, not clipped': { optim: 'adafactor', num_train_epochs: 3, max_grad_norm: 0 },
  'AdamW in 8 bits': { optim: 'adamw_8bit', num_train_epochs: 3, weight_decay: 0.1 },
  'cosine with warm-up and weight decay': {
    num_train_epochs: 4,
    per_device_train_batch_size: 4,
    lr_scheduler_type: 'cosine',
    warmup_steps: 3,
    weight_decay: 0.1,
  },
  'the best epoch is loaded and kept': {
    num_train_epochs: 5,
    learning_rate: 1e-2,
    per_device_train_batch_size: 4,
    eval_strategy: 'epoch',
    save_strategy: 'epoch',
    load_best_model_at_end: true,
    save_total_limit: 2,
    per_device_eval_batch_size: 2,
  },
  'evaluated and saved by steps, the newest two kept': {
    num_train_epochs: 3,
    per_device_train_batch_size: 2,
    logging_steps: 3,
    eval_strategy: 'steps',
    eval_steps: 4,
    save_steps: 5,
    save_total_limit: 2,
  },
  'half an epoch more, no clipping, constant': {
    num_train_epochs: 1.5,
    per_device_train_batch_size: 2,
    max_grad_norm: 0,
    lr_scheduler_type: 'constant',
  },
}

/** Learning that soon makes the held-out rows worse. */
const OVERFITTING = {
  learning_rate: 2e-2,
  per_device_train_batch_size: 4,
  metric_for_best_model: 'loss',
  logging_strategy: 'epoch',
}

const STOPPED_EARLY: Record<string, Settings> = {
  'ended by the first evaluation without a gain': {
    ...OVERFITTING,
    num_train_epochs: 12,
    eval_strategy: 'epoch',
    save_strategy: 'epoch',
    early_stopping_patience: 1,
  },
  'ended by three evaluations without a gain, the best loaded': {
    ...OVERFITTING,
    num_train_epochs: 12,
    eval_strategy: 'epoch',
    save_strategy: 'epoch',
    load_best_model_at_end: true,
    save_total_limit: 2,
    early_stopping_patience: 3,
  },
  'ended by gains below a threshold, in the midst of an epoch': {
    ...OVERFITTING,
    learning_rate: 2e-3,
    max_steps: 40,
    eval_strategy: 'steps',
    eval_steps: 2,
    save_steps: 4,
    early_stopping_patience: 2,
    early_stopping_threshold: 0.05,
  },
}

/** Settings that nobody chose, the same every time. */
const RANDOM: Settings[] = fc.sample(
  fc.record({
    // With `dataloader_drop_last` a batch larger than all rows would leave none.
    per_device_train_batch_size: fc.integer({ min: 1, max: ROWS.length }),
    per_device_eval_batch_size: fc.integer({ min: 1, max: HELD_OUT.length }),
    gradient_accumulation_steps: fc.integer({ min: 1, max: 5 }),
    dataloader_drop_last: fc.constantFrom(false, false, true),
    num_train_epochs: fc.constantFrom(1, 2, 3, 2.25),
    max_steps: fc.constantFrom(-1, -1, 5, 9),
    lr_scheduler_type: fc.constantFrom('linear', 'cosine', 'constant', 'constant_with_warmup'),
    warmup_steps: fc.constantFrom(0, 2, 0.3),
    weight_decay: fc.constantFrom(0, 0.05),
    adam_beta2: fc.constantFrom(0.999, 0.95),
    max_grad_norm: fc.constantFrom(1, 0.3, 0),
    logging_strategy: fc.constantFrom('steps', 'steps', 'epoch', 'no'),
    logging_steps: fc.constantFrom(1, 3, 0.2),
    logging_first_step: fc.boolean(),
    eval_strategy: fc.constantFrom('no', 'epoch', 'steps'),
    eval_steps: fc.constantFrom(null, 2, 0.4),
    save_strategy: fc.constantFrom('no', 'epoch', 'steps'),
    save_steps: fc.constantFrom(2, 0.5),
    save_total_limit: fc.constantFrom(null, 1, 3),
    seed: fc.constantFrom(42, 7),
    data_seed: fc.constantFrom(null, 11),
  }),
  { seed: 1, numRuns: 32 },
)

const RUNS: [string, Settings][] = [
  ...Object.entries({ ...NAMED, ...STOPPED_EARLY }),
  ...RANDOM.map((settings, index): [string, Settings] => [`settings drawn by chance, ${index + 1}`, settings]),
]

describe('every line of the log, every checkpoint and total is the Trainer’s:', () => {
  const model = goldenFolder('qwen2')
  const asked = RUNS.map(([, settings]): AskedRun => ({
    rows: ROWS,
    held_out_rows: HELD_OUT,
    settings: { ...COMMON, ...settings },
    prompts: [],
    answer_length: 0,
  }))
  let theirs: FinishedRun[] = []
  beforeAll(async () => {
    theirs = await askPeer<FinishedRun[]>('train_reference.py', { model, runs: asked })
  })

  test.each(RUNS.map(([name], index) => ({ name, index })))('$name', async ({ index }) => {
    const [run, expected] = [asked[index], theirs[index]]
    if (!run || !expected) throw new Error('a run is missing')
    expectSameRun(await readFinishedRun(await trainHere(model, run, await temporaryFolder())), expected, TOLERANCE)
  })

  test.each(Object.keys(STOPPED_EARLY))('%s: before its last step', (name) => {
    const state = theirs[RUNS.findIndex(([other]) => other === name)]?.trainer_state
    expect(state?.['global_step']).toBeLessThan(Number(state?.['max_steps']))
  })
})
