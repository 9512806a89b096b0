import { describe, expect, test } from 'vitest'
import { createOrtExecutor } from '../../src-main/engine/5-exec/ortExecutor.ts'
import { createDecoder } from '../../src-main/engine/6-train/decoder.ts'
import { createSettings } from '../../src-main/contract/trainingSettings.ts'
import { train } from '../../src-main/engine/6-train/train.ts'
import { createMemoryRecorder } from '../support/memoryRecorder.ts'
import { FAMILIES, goldenConfig, goldenWeights, readGolden, tokenised } from './golden.ts'

/** Ten steps over one batch of three rows, as in data/make_golden.py. */
const SETTINGS = createSettings({
  per_device_train_batch_size: 3,
  max_steps: 10,
  learning_rate: 5e-3,
  logging_steps: 1,
  save_strategy: 'no',
})

describe.each(FAMILIES)('%s, trained by the recipe', (family) => {
  test('logs what the Trainer logs and ends at its weights', async () => {
    const golden = readGolden(family)
    const model = await createDecoder(goldenConfig(family), await createOrtExecutor({ threads: 2 }), goldenWeights(family))
    const recorder = createMemoryRecorder()
    const rows = golden.batch_rows.map(tokenised)
    const { state } = await train({ model, rows, heldOutRows: [], settings: SETTINGS, recorder, clock: () => 0, memory: () => 0 })

    const lines = state.trainer.log_history.filter((line) => 'loss' in line)
    expect(lines).toHaveLength(golden.hf_trainer_log.length)
    golden.hf_trainer_log.forEach(({ step, loss, grad_norm, learning_rate }, index) => {
      const line = lines[index]
      expect(line?.step).toBe(step)
      expect(line?.learning_rate).toBe(learning_rate)
      expect(Math.abs((line?.loss ?? NaN) - loss), `loss of step ${step}`).toBeLessThan(1e-4)
      expect(Math.abs((line?.grad_norm ?? NaN) - grad_norm) / grad_norm, `gradient norm of step ${step}`).toBeLessThan(1e-3)
    })
    for (const { name, data } of recorder.model?.weights ?? []) {
      const { stride, probe } = golden.final_stats[name] ?? { stride: 1, probe: [NaN] }
      probe.forEach((value, index) => {
        expect(Math.abs((data[index * stride] ?? NaN) - value), name).toBeLessThan(1e-3)
      })
    }
    expect(recorder.model?.weights).toHaveLength(Object.keys(golden.final_stats).length)
    await model.dispose()
  })
})
