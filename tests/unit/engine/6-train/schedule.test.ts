import { describe, expect, test } from 'vitest'
import { learningRateAt, warmupSteps } from '../../../../src-main/engine/6-train/schedule.ts'

const rates = (
  lr_scheduler_type: 'linear' | 'cosine' | 'constant' | 'constant_with_warmup',
  warmup_steps: number,
  steps: number,
) =>
  Array.from({ length: steps }, (_, step) =>
    learningRateAt(step, steps, { learning_rate: 0.005, lr_scheduler_type, warmup_steps }),
  )

describe('the learning rate', () => {
  test('falls in a line to one step above 0, with the digits of the Trainer’s log', () => {
    expect(rates('linear', 0, 10)).toEqual([
      0.005, 0.0045000000000000005, 0.004, 0.0034999999999999996, 0.003, 0.0025, 0.002, 0.0015, 0.001, 0.0005,
    ])
  })

  test('rises from 0 during the warm-up and then falls over the steps that are left', () => {
    expect(rates('linear', 4, 8)).toEqual([0, 0.25, 0.5, 0.75, 1, 0.75, 0.5, 0.25].map((share) => 0.005 * share))
    expect(rates('constant_with_warmup', 2, 5)).toEqual([0, 0.5, 1, 1, 1].map((share) => 0.005 * share))
  })

  test('follows half a cosine', () => {
    const [first, second, third, fourth] = rates('cosine', 0, 4) as [number, number, number, number]
    expect(first).toBe(0.005)
    expect(second).toBeCloseTo(0.005 * (0.5 + Math.SQRT1_2 / 2), 15)
    expect(third).toBeCloseTo(0.0025, 15)
    expect(fourth).toBeCloseTo(0.005 * (0.5 - Math.SQRT1_2 / 2), 15)
  })

  test('stays where it is constant, whatever warm-up is asked for', () => {
    expect(rates('constant', 3, 4)).toEqual([0.005, 0.005, 0.005, 0.005])
  })
})

test('a warm-up below 1 is a share of the run, rounded up', () => {
  expect(warmupSteps({ warmup_steps: 0.1 }, 25)).toBe(3)
  expect(warmupSteps({ warmup_steps: 3 }, 25)).toBe(3)
  expect(warmupSteps({ warmup_steps: 0 }, 25)).toBe(0)
})
