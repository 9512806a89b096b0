import { describe, expect, it } from 'vitest'
import { createSettings, SETTING_NAMES } from '../../../../../src-main/contract/trainingSettings.ts'
import { changedSettings, differingSettings } from '../../../../../src-renderer/views/train/changedSettings.ts'
import { expectedValue, settingControl } from '../../../../../src-renderer/views/train/form/settingControl.ts'
import { isInForce, SETTING_GROUPS } from '../../../../../src-renderer/views/train/form/settingGroups.ts'

describe('settings that are told apart', () => {
  it('are those that are not the Trainer’s defaults', () => {
    expect(changedSettings(createSettings({}))).toEqual([])
    expect(changedSettings(createSettings({ learning_rate: 1e-3, num_train_epochs: 3 }))).toEqual(['learning_rate'])
  })

  it('are those in which any of several runs differs from another', () => {
    const plain = createSettings({})
    expect(differingSettings([plain, createSettings({})])).toEqual([])
    expect(differingSettings([plain, plain, createSettings({ seed: 7, max_length: 64 })])).toEqual(['seed', 'max_length'])
    expect(differingSettings([])).toEqual([])
  })
})

describe('Advanced', () => {
  it('has every setting in exactly one group, but the method, which the form asks for itself', () => {
    expect(['method', ...Object.values<readonly string[]>(SETTING_GROUPS).flat()].sort()).toEqual([...SETTING_NAMES].sort())
  })

  it('shows no setting that changes nothing', () => {
    const shown = (given: Record<string, unknown>) => SETTING_NAMES.filter((name) => isInForce(name, createSettings(given)))
    expect(shown({ method: 'lora', layers_to_transform: '1' })).toEqual(SETTING_NAMES)
    expect(SETTING_NAMES.filter((name) => !shown({ layers_to_transform: '1' }).includes(name))).toEqual([...SETTING_GROUPS.lora])
    expect(shown({})).not.toContain('frozen_cache')
    expect(shown({ optim: 'adamw_8bit' })).toContain('adam_beta1')
    expect(shown({ optim: 'sgd' }).filter((name) => name.startsWith('adam_'))).toEqual([])
  })

  it('offers what a setting can be', () => {
    expect(settingControl('learning_rate')).toEqual({ kind: 'number', canBeNone: false })
    expect(settingControl('save_total_limit')).toEqual({ kind: 'number', canBeNone: true })
    expect(settingControl('logging_first_step')).toEqual({ kind: 'yes-no', canBeNone: false })
    expect(settingControl('greater_is_better')).toEqual({ kind: 'yes-no', canBeNone: true })
    expect(settingControl('template')).toEqual({ kind: 'choice', choices: ['plain', 'chat'], canBeNone: false })
    expect(settingControl('metric_for_best_model')).toEqual({
      kind: 'choice',
      choices: ['loss', 'eval_loss'],
      canBeNone: true,
    })
  })

  it('says what belongs into a setting only where something else was given', () => {
    expect(expectedValue('num_train_epochs', 0.5)).toBeUndefined()
    expect(expectedValue('num_train_epochs', 0)).toBe('> 0')
    expect(expectedValue('num_train_epochs', Number.NaN)).toBe('> 0')
    expect(expectedValue('max_steps', 0)).toBe('-1 | integer ≥ 1')
    expect(expectedValue('save_total_limit', null)).toBeUndefined()
    expect(expectedValue('save_total_limit', 0)).toBe('integer ≥ 1 | none')
    expect(expectedValue('seed', null)).not.toBeUndefined()
  })
})
