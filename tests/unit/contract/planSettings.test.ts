import { describe, expect, it } from 'vitest'
import { planSettings } from '../../../src-main/contract/planSettings.ts'
import { PRESETS } from '../../../src-main/contract/presets.ts'
import { createSettings } from '../../../src-main/contract/trainingSettings.ts'

describe('the settings that a plan means', () => {
  it('are the preset’s, and the plan’s own above them', () => {
    const settings = planSettings({ preset: 'starter', settings: { num_train_epochs: 7 } }, false)
    expect(settings).toMatchObject({ ...PRESETS.starter, num_train_epochs: 7 })
  })
  it('differ from the Trainer’s in what the window does by itself, and in nothing else', () => {
    const own = { save_strategy: 'no', sample_each_epoch: true }
    expect(planSettings({ preset: 'tutorial', settings: {} }, false)).toEqual(createSettings({ ...PRESETS.tutorial, ...own }))
  })
  it('evaluate held-out rows each epoch, unless the plan says otherwise', () => {
    expect(planSettings({ preset: 'tutorial', settings: {} }, true).eval_strategy).toBe('epoch')
    expect(planSettings({ preset: 'tutorial', settings: { eval_strategy: 'no' } }, true).eval_strategy).toBe('no')
  })
  it('save the best model where it is wanted', () => {
    const settings = { load_best_model_at_end: true }
    expect(planSettings({ preset: 'tutorial', settings }, true).save_strategy).toBe('best')
  })
  it('are refused where they do not go together', () => {
    const plan = { preset: 'tutorial', settings: { load_best_model_at_end: true } } as const
    expect(() => planSettings(plan, false)).toThrow(expect.objectContaining({ code: 'settings/best-needs-evaluation' }) as Error)
  })
})
