import { expect, test } from 'vitest'
import { speedMetrics } from '../../../../src-main/engine/6-train/speedMetrics.ts'

test('speed is rounded as by the Trainer', () => {
  expect(speedMetrics('eval', 3.14159265, 10, 3)).toEqual({
    eval_runtime: 3.1416,
    eval_samples_per_second: 3.183,
    eval_steps_per_second: 0.955,
  })
})

test('nothing is divided by a time of 0', () => {
  expect(speedMetrics('train', 0, 10, 3)).toEqual({ train_runtime: 0 })
})
