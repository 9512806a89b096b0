import { describe, expect, it } from 'vitest'
import { createSettings } from '../../../../src-main/contract/trainingSettings.ts'
import { memoryWarnings, partsOf } from '../../../../src-main/engine/6-train/stepMemory.ts'
import { train } from '../../../../src-main/engine/6-train/train.ts'
import { logOf, memoryRun } from '../../../support/memoryRun.ts'

const EVALUATING = { eval_strategy: 'epoch', per_device_eval_batch_size: 3 } as const

describe('a step that goes through its batches in parts', () => {
  it('loses no row and keeps their order', () => {
    expect(partsOf([1, 2, 3, 4, 5], { rowsAtOnce: 2, recomputes: false })).toEqual([[1, 2], [3, 4], [5]])
    expect(partsOf([1, 2, 3], { rowsAtOnce: null, recomputes: false })).toEqual([[1, 2, 3]])
  })

  it('writes the log of whole batches, line by line: losses of steps and evaluations, norms, epochs, operations', async () => {
    const settings = {
      per_device_train_batch_size: 4,
      gradient_accumulation_steps: 2,
      logging_steps: 1,
      num_train_epochs: 4,
      ...EVALUATING,
    }
    const whole = memoryRun(settings)
    await train(whole.run)
    const lines = logOf(whole.recorder.events)
    for (const rowsAtOnce of [1, 2, 3]) {
      const parts = memoryRun(settings, { stepMemory: { rowsAtOnce, recomputes: false } })
      await train(parts.run)
      const found = logOf(parts.recorder.events)
      expect(found.map((line) => Object.keys(line))).toEqual(lines.map((line) => Object.keys(line)))
      for (const [index, line] of lines.entries())
        for (const [name, value] of Object.entries(line)) expect(found[index]?.[name], name).toBeCloseTo(value, 6)
    }
  })

  it('says what it does otherwise than the settings ask, and nothing else', () => {
    const settings = createSettings({ per_device_train_batch_size: 8 })
    expect(memoryWarnings({ rowsAtOnce: null, recomputes: false }, settings)).toEqual([])
    expect(memoryWarnings({ rowsAtOnce: 2, recomputes: true }, settings)).toEqual([
      { kind: 'smaller-batches', rowsAtOnce: 2, of: 8 },
      { kind: 'recomputation' },
    ])
    expect(memoryWarnings({ rowsAtOnce: 8, recomputes: false }, settings)).toEqual([])
    const wanted = createSettings({ activation_checkpointing: 'on' })
    expect(memoryWarnings({ rowsAtOnce: null, recomputes: true }, wanted)).toEqual([])
  })
})
