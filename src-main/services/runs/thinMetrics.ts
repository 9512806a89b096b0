import type { StepMetrics } from '../../contract/areas/runs.ts'

/** More points than a wide screen has pixels. */
export const MOST_POINTS = 4_000

/**
 * At most `most` of a run's steps, in their order. Of each stretch those with the lowest and the highest loss stay, so that no peak is lost; and
 * the first and the last step.
 */
export function thinMetrics(metrics: readonly StepMetrics[], most = MOST_POINTS): StepMetrics[] {
  if (metrics.length <= most) return [...metrics]
  const inner = metrics.slice(1, -1)
  const stretches = Math.floor((most - 2) / 2)
  const kept = metrics.slice(0, 1)
  for (let stretch = 0; stretch < stretches; stretch++) {
    const bound = (index: number): number => Math.floor((index * inner.length) / stretches)
    kept.push(...extremes(inner.slice(bound(stretch), bound(stretch + 1))))
  }
  return [...kept, ...metrics.slice(-1)]
}

function extremes(stretch: readonly StepMetrics[]): StepMetrics[] {
  let [lowest] = stretch
  let highest = lowest
  for (const metrics of stretch) {
    if (lowest && metrics.loss < lowest.loss) lowest = metrics
    if (highest && metrics.loss > highest.loss) highest = metrics
  }
  if (!lowest || !highest) return []
  if (lowest === highest) return [lowest]
  return lowest.step < highest.step ? [lowest, highest] : [highest, lowest]
}
