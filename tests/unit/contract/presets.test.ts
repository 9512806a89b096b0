import { describe, expect, it } from 'vitest'
import { methodOf, PRESET_NAMES, PRESETS, suggestedPreset, withMethod } from '../../../src-main/contract/presets.ts'
import { createSettings } from '../../../src-main/contract/trainingSettings.ts'

const GIGABYTE = 1e9

describe('the preset that a model begins with', () => {
  it.each([
    [135e6, 16, 'thorough'],
    [135e6, 8, 'balanced'],
    [494e6, 16, 'balanced'],
    [494e6, 32, 'thorough'],
    [1.5e9, 16, 'quick'],
    [7e9, 64, 'quick'],
  ] as const)('of %s parameters and %s GB of memory', (parameters, gigabytes, preset) => {
    expect(suggestedPreset(parameters, gigabytes * GIGABYTE)).toBe(preset)
  })
})

describe('what is trained', () => {
  it('is the preset’s, or the plan’s own', () => {
    expect(PRESET_NAMES.filter((preset) => methodOf({ preset, settings: {} }) === 'lora')).toEqual(['quick', 'balanced'])
    expect(methodOf({ preset: 'quick', settings: { method: 'full' } })).toBe('full')
  })

  it('goes with its learning rate: an adapter’s is ten times that of all weights', () => {
    expect(withMethod({ preset: 'tutorial', settings: { seed: 7 } }, 'lora')).toEqual({
      seed: 7,
      method: 'lora',
      r: 16,
      lora_alpha: 32,
      learning_rate: 5e-4,
    })
    const { learning_rate } = PRESETS.quick
    expect(withMethod({ preset: 'quick', settings: {} }, 'full')).toEqual({ method: 'full', learning_rate: learning_rate / 10 })
  })

  it('drops what only an adapter can be trained beside', () => {
    const settings = { load_in_8bit: true, seed: 7 }
    expect(withMethod({ preset: 'quick', settings }, 'full')).not.toHaveProperty('load_in_8bit')
    expect(withMethod({ preset: 'thorough', settings: { ...settings, method: 'lora' } }, null)).toEqual({ seed: 7 })
    expect(withMethod({ preset: 'quick', settings }, null)).toEqual(settings)
  })

  it.each(PRESET_NAMES)('there and back is the preset again: %s', (preset) => {
    const settings = withMethod({ preset, settings: {} }, methodOf({ preset, settings: {} }) === 'full' ? 'lora' : 'full')
    expect(() => createSettings({ ...PRESETS[preset], ...settings })).not.toThrow()
    expect(withMethod({ preset, settings }, methodOf({ preset, settings: {} }))).toEqual({})
    expect(withMethod({ preset, settings }, null)).toEqual({})
  })
})
