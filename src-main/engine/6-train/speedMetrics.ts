/**
 * `<split>_runtime` and what was done per second, rounded as the Trainer rounds them.
 * Source: transformers 5.23, trainer_utils.py, speed_metrics.
 * @param seconds how long it took
 */
export function speedMetrics(split: 'train' | 'eval', seconds: number, samples: number, steps: number): Record<string, number> {
  const runtime = { [`${split}_runtime`]: round(seconds, 4) }
  if (seconds === 0) return runtime
  return {
    ...runtime,
    [`${split}_samples_per_second`]: round(samples / seconds, 3),
    [`${split}_steps_per_second`]: round(steps / seconds, 3),
  }
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits))
}
