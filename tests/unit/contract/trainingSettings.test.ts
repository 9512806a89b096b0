import { describe, expect, test } from 'vitest'
import { TuneDeskError } from '../../../src-main/contract/error.ts'
import { PRESETS } from '../../../src-main/contract/presets.ts'
import { createSettings, parseSetting, SETTING_NAMES } from '../../../src-main/contract/trainingSettings.ts'

function refusal(action: () => unknown): { code: string; parameters: object } {
  try {
    action()
  } catch (error) {
    if (error instanceof TuneDeskError) return { code: error.code, parameters: error.parameters }
    throw error
  }
  throw new Error('not refused')
}

test('the defaults are the Trainer’s', () => {
  expect(createSettings({})).toMatchObject({
    num_train_epochs: 3,
    max_steps: -1,
    per_device_train_batch_size: 8,
    per_device_eval_batch_size: 8,
    gradient_accumulation_steps: 1,
    learning_rate: 5e-5,
    lr_scheduler_type: 'linear',
    warmup_steps: 0,
    weight_decay: 0,
    adam_beta1: 0.9,
    adam_beta2: 0.999,
    adam_epsilon: 1e-8,
    max_grad_norm: 1,
    logging_strategy: 'steps',
    logging_steps: 500,
    logging_first_step: false,
    eval_strategy: 'no',
    eval_steps: null,
    save_strategy: 'steps',
    save_steps: 500,
    save_total_limit: null,
    load_best_model_at_end: false,
    metric_for_best_model: null,
    greater_is_better: null,
    seed: 42,
    data_seed: null,
    dataloader_drop_last: false,
  })
})

test('what the Trainer derives is derived', () => {
  expect(createSettings({ eval_strategy: 'steps', logging_steps: 7 }).eval_steps).toBe(7)
  const best = createSettings({ eval_strategy: 'epoch', save_strategy: 'epoch', load_best_model_at_end: true })
  expect(best).toMatchObject({ metric_for_best_model: 'loss', greater_is_better: false })
})

test('settings made once are settings again', () => {
  const settings = createSettings({
    eval_strategy: 'steps',
    save_strategy: 'best',
    metric_for_best_model: 'loss',
    ...PRESETS.starter,
  })
  expect(createSettings(settings)).toEqual(settings)
})

test.each(Object.entries(PRESETS))('the preset %s is valid', (_, preset) => {
  expect(() => createSettings(preset)).not.toThrow()
})

describe('name=value', () => {
  test.each([
    ['learning_rate=1e-3', { learning_rate: 0.001 }],
    ['num_train_epochs = 2.5', { num_train_epochs: 2.5 }],
    ['load_best_model_at_end=True', { load_best_model_at_end: true }],
    ['save_total_limit=None', { save_total_limit: null }],
    ['logging_strategy=no', { logging_strategy: 'no' }],
    ['warmup_steps=.1', { warmup_steps: 0.1 }],
  ])('%s', (text, expected) => {
    expect(parseSetting(text)).toEqual(expected)
  })

  test.each([
    ['learning_rate', 'usage/no-equals-sign'],
    ['=3', 'usage/no-equals-sign'],
    ['learningRate=3', 'usage/unknown-setting'],
    ['__proto__=3', 'usage/unknown-setting'],
    ['learning_rate=', 'usage/wrong-value'],
    ['learning_rate=-1', 'usage/wrong-value'],
    ['learning_rate=Infinity', 'usage/wrong-value'],
    ['num_train_epochs=0', 'usage/wrong-value'],
    ['max_steps=0', 'usage/wrong-value'],
    ['per_device_train_batch_size=1.5', 'usage/wrong-value'],
    ['logging_steps=0', 'usage/wrong-value'],
    ['logging_steps=2.5', 'usage/wrong-value'],
    ['adam_beta1=1', 'usage/wrong-value'],
    ['seed=4294967296', 'usage/wrong-value'],
    ['lr_scheduler_type=polynomial', 'usage/wrong-value'],
  ])('%s is refused', (text, code) => {
    expect(refusal(() => parseSetting(text)).code).toBe(code)
  })

  test('a refusal says what belongs there, and which settings there are', () => {
    expect(refusal(() => parseSetting('lr_scheduler_type=polynomial')).parameters).toEqual({
      name: 'lr_scheduler_type',
      value: 'polynomial',
      expected: 'linear | cosine | constant | constant_with_warmup',
    })
    expect(refusal(() => parseSetting('epochs=3')).parameters).toEqual({ name: 'epochs', choices: SETTING_NAMES.join(', ') })
  })
})

describe('settings that do not go together', () => {
  test.each([
    [{ save_strategy: 'best', eval_strategy: 'epoch' }, 'settings/best-needs-metric'],
    [{ save_strategy: 'best', metric_for_best_model: 'loss' }, 'settings/best-needs-evaluation'],
    [{ load_best_model_at_end: true }, 'settings/best-needs-evaluation'],
    [{ load_best_model_at_end: true, eval_strategy: 'epoch' }, 'settings/best-needs-same-strategy'],
    [{ load_best_model_at_end: true, eval_strategy: 'steps', eval_steps: 3, save_steps: 4 }, 'settings/best-needs-multiple'],
    [{ load_best_model_at_end: true, eval_strategy: 'steps', eval_steps: 0.1, save_steps: 4 }, 'settings/best-needs-multiple'],
    [{ load_best_model_at_end: true, eval_strategy: 'steps', eval_steps: 0.1, save_steps: 0.25 }, 'settings/best-needs-multiple'],
    [{ early_stopping_patience: 1, eval_strategy: 'epoch' }, 'settings/early-stopping-needs-metric'],
    [{ early_stopping_patience: 1, metric_for_best_model: 'loss' }, 'settings/early-stopping-needs-evaluation'],
  ])('%o', (settings, code) => {
    expect(refusal(() => createSettings(settings)).code).toBe(code)
  })

  test('and those that do', () => {
    const best = { load_best_model_at_end: true, eval_strategy: 'steps' }
    expect(() => createSettings({ ...best, eval_steps: 3, save_steps: 6 })).not.toThrow()
    expect(() => createSettings({ ...best, eval_steps: 0.1, save_steps: 0.3 })).not.toThrow()
    expect(() => createSettings({ ...best, eval_steps: 3, save_strategy: 'best' })).not.toThrow()
  })
})
