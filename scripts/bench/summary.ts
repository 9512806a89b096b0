import type { Measurement } from './measurement.ts'
import { spread } from './spread.ts'

/** Several processes of one side on one workload, as numbers. */
export interface Summary {
  /** Of all steps but each process's first, which meets cold memory. */
  quickestSeconds: number
  medianSeconds: number
  slowestSeconds: number
  /** Of the median step; padding does not count. */
  tokensPerSecond: number
  /** The operations that the quickest step needed, against the measured peak of matrix products. */
  shareOfPeak: number
  /** Of the processes the largest. */
  peakMemory: number
  /** Of the processes the quickest. */
  secondsToFirstStep: number
  /** The first step's loss: equal where both sides compute the same. */
  firstLoss: number
  /** Every step of every process. */
  secondsOfSteps: number[][]
}

export function summarise(
  measurements: readonly Measurement[],
  { tokens, operations, peakGigaflops }: { tokens: number; operations: number; peakGigaflops: number },
): Summary {
  const { quickest, median, slowest } = spread(measurements.flatMap(({ secondsOfSteps }) => secondsOfSteps.slice(1)))
  return {
    quickestSeconds: quickest,
    medianSeconds: median,
    slowestSeconds: slowest,
    tokensPerSecond: tokens / median,
    shareOfPeak: operations / quickest / 1e9 / peakGigaflops,
    peakMemory: Math.max(...measurements.map(({ peakMemory }) => peakMemory)),
    secondsToFirstStep: Math.min(...measurements.map(({ secondsToFirstStep }) => secondsToFirstStep)),
    firstLoss: measurements[0]?.losses[0] ?? NaN,
    secondsOfSteps: measurements.map(({ secondsOfSteps }) => secondsOfSteps),
  }
}
