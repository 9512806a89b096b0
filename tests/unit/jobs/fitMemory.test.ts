import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createSettings, type TrainingSettings } from '../../../src-main/contract/trainingSettings.ts'
import { count } from '../../../src-main/engine/4-graph/elements.ts'
import { modelParameters } from '../../../src-main/engine/4-graph/parameters.ts'
import { parseConfig } from '../../../src-main/engine/4-graph/parseConfig.ts'
import { readModelFolder } from '../../../src-main/files/modelFolder.ts'
import { fitMemory, waysToStep } from '../../../src-main/jobs/fitMemory.ts'
import { trainingBytes } from '../../../src-main/jobs/trainingMemory.ts'
import { refusal } from '../../support/refusal.ts'

const config = parseConfig((await readModelFolder(resolve('resources/starter-model'))).config)
const learnedFrom = Array.from({ length: 20 }, (_, i) => ({ tokens: 400 + i, supervised: 200 }))
const rows = { learnedFrom, heldOut: [] }
const batchesOf8 = (change: Partial<TrainingSettings> = {}) => createSettings({ per_device_train_batch_size: 8, ...change })
const needed = (settings: TrainingSettings, way: number): number => {
  const memory = waysToStep(settings)[way]
  if (!memory) throw new Error('there is no such way')
  return trainingBytes(config, settings, rows, memory)
}
const fit = (settings: TrainingSettings, available: number) =>
  fitMemory(config, settings, rows, { available, total: 16e9 }).memory

describe('how a training fits into memory', () => {
  it('whole batches come first, then ever smaller parts, then recomputation', () => {
    expect(waysToStep(createSettings({ per_device_train_batch_size: 3 }))).toEqual([
      { rowsAtOnce: null, recomputes: false },
      { rowsAtOnce: 2, recomputes: false },
      { rowsAtOnce: 1, recomputes: false },
      { rowsAtOnce: null, recomputes: true },
      { rowsAtOnce: 2, recomputes: true },
      { rowsAtOnce: 1, recomputes: true },
    ])
  })

  it('takes the first way that fits', () => {
    const settings = batchesOf8()
    expect(fit(settings, 16e9)).toEqual({ rowsAtOnce: null, recomputes: false })
    expect(fit(settings, needed(settings, 0) - 1)).toEqual({ rowsAtOnce: 4, recomputes: false })
    expect(fit(settings, needed(settings, 3) - 1)).toMatchObject({ recomputes: true })
  })

  it('recomputes as the settings say', () => {
    expect(fit(batchesOf8({ activation_checkpointing: 'on' }), 16e9)).toEqual({ rowsAtOnce: null, recomputes: true })
    const off = batchesOf8({ activation_checkpointing: 'off' })
    expect(() => fit(off, needed(off, 3) - 1)).toThrow(
      refusal('runs/no-memory-as-set', { settings: 'activation_checkpointing=auto' }),
    )
  })

  it('refuses what fits no way, and says which length of rows would', () => {
    const settings = batchesOf8({ optim: 'sgd' })
    const least = Math.min(...waysToStep(settings).map((memory) => trainingBytes(config, settings, rows, memory)))
    expect(() => fit(settings, least - 1)).toThrow(refusal('runs/no-memory-as-set', { settings: 'max_length=256' }))
    expect(() => fit(settings, 160e6)).toThrow(refusal('runs/no-memory'))
  })

  it('says which size of model would fit, where it is the model that is too large, and names no other way where none would', () => {
    const settings = batchesOf8({ optim: 'sgd', per_device_train_batch_size: 1, activation_checkpointing: 'on' })
    const short = { learnedFrom: [{ tokens: 32, supervised: 16 }], heldOut: [] }
    const least = trainingBytes(config, settings, short, { rowsAtOnce: null, recomputes: true })
    const fitShort = (available: number) => fitMemory(config, settings, short, { available, total: 16e9 })
    // 4.5 million parameters at 8 bytes each: 10 MB less leave 3.2 million of them.
    expect(() => fitShort(least - 10e6)).toThrow(refusal('runs/no-memory-for-model', { millions: 3 }))
    expect(() => fitShort(least - 40e6)).toThrow(refusal('runs/no-memory'))
  })

  it('counts evaluations, whose batches are worked through in parts as well', () => {
    const settings = batchesOf8({ per_device_train_batch_size: 1, eval_strategy: 'epoch', per_device_eval_batch_size: 64 })
    const heldOut = Array.from({ length: 64 }, () => ({ tokens: 400, supervised: 200 }))
    const whole = trainingBytes(config, settings, { learnedFrom, heldOut }, { rowsAtOnce: null, recomputes: false })
    expect(whole).toBeGreaterThan(trainingBytes(config, settings, rows, { rowsAtOnce: null, recomputes: false }))
    const fitted = fitMemory(config, settings, { learnedFrom, heldOut }, { available: whole - 1, total: 16e9 })
    expect(fitted.memory).toEqual({ rowsAtOnce: 32, recomputes: false })
  })

  it('knows that a smaller optimizer takes less', () => {
    const settings = batchesOf8()
    const least = Math.min(...waysToStep(settings).map((memory) => trainingBytes(config, settings, rows, memory)))
    expect(() => fit(settings, least - 1)).toThrow(refusal('runs/no-memory-as-set', { settings: 'optim=adamw_8bit' }))
  })

  it('counts what LoRA trains, not the base that stays in its file', () => {
    const full = needed(batchesOf8(), 0)
    const lora = needed(batchesOf8({ method: 'lora', r: 4 }), 0)
    // 4.5 million parameters with gradient and two moments, 16 bytes each, are not held.
    expect(full - lora).toBeGreaterThan(60e6)
  })

  it('counts a base in 8 bits, which is held', () => {
    const lora = batchesOf8({ method: 'lora', r: 4 })
    const [mapped, held] = [needed(lora, 0), needed({ ...lora, load_in_8bit: true }, 0)]
    const layers = modelParameters(config).filter(({ name }) => name.startsWith('model.layers.'))
    const numbers = layers.reduce((sum, { shape }) => sum + count(shape), 0)
    // A byte for each number and four for each 32 of them, and one layer in float32.
    expect(held - mapped).toBeGreaterThan(1.12 * numbers + (4 * numbers) / config.layerCount)
    expect(held - mapped).toBeLessThan(1.2 * numbers + (4 * numbers) / config.layerCount)
  })

  it('takes what was measured for more than the formula', () => {
    const settings = batchesOf8()
    const limit = { available: needed(settings, 0), total: 16e9 }
    expect(fitMemory(config, settings, rows, limit, 1.3).memory).toMatchObject({ rowsAtOnce: 4 })
  })
})
