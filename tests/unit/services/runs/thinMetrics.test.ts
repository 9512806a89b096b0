import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { StepMetrics } from '../../../../src-main/contract/areas/runs.ts'
import { MOST_POINTS, thinMetrics } from '../../../../src-main/services/runs/thinMetrics.ts'

const metricsOf = (losses: readonly number[]): StepMetrics[] =>
  losses.map((loss, i) => ({
    step: i + 1,
    epoch: (i + 1) / 10,
    loss,
    learningRate: 1e-4,
    gradientNorm: 1,
    tokensPerSecond: 100,
    memory: 1e9,
  }))

it('leaves a run alone that a chart can show as it is', () => {
  const metrics = metricsOf(Array.from({ length: MOST_POINTS }, (_, i) => i))
  expect(thinMetrics(metrics)).toEqual(metrics)
})

it('keeps order, ends and the highest and lowest loss, in no more points than asked for', () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: 0, max: 20, noNaN: true }), { minLength: 1, maxLength: 400 }),
      fc.integer({ min: 4, max: 60 }),
      (losses, most) => {
        const metrics = metricsOf(losses)
        const thin = thinMetrics(metrics, most)
        expect(thin.length).toBeLessThanOrEqual(Math.max(most, 0))
        expect([thin[0], thin.at(-1)]).toEqual([metrics[0], metrics.at(-1)])
        const steps = thin.map(({ step }) => step)
        expect(steps).toEqual([...new Set(steps)].sort((a, b) => a - b))
        const kept = thin.map(({ loss }) => loss)
        expect([Math.min(...kept), Math.max(...kept)]).toEqual([Math.min(...losses), Math.max(...losses)])
      },
    ),
    { numRuns: 300 },
  )
})

it('keeps a single peak among many steps', () => {
  const losses = Array.from({ length: 100_000 }, (_, i) => (i === 54_321 ? 9 : 1))
  const thin = thinMetrics(metricsOf(losses))
  expect(thin.length).toBeLessThanOrEqual(MOST_POINTS)
  expect(thin.find(({ loss }) => loss === 9)?.step).toBe(54_322)
})
