import type { RunSnapshot, StepMetrics } from '../../../../src-main/contract/areas/runs.ts'
import type { Point } from '../../../charts/series.ts'

type Measured = Exclude<keyof StepMetrics, 'step' | 'epoch'>

/** A quantity of a run at each step that it was measured at. */
export const metricPoints = ({ metrics }: RunSnapshot, name: Measured): Point[] =>
  metrics.map((each) => ({ x: each.step, y: each[name] }))

/** Of each step; where only the log is there, the means that it has. */
export function lossPoints(snapshot: RunSnapshot): Point[] {
  if (snapshot.metrics.length > 0) return metricPoints(snapshot, 'loss')
  return logPoints(snapshot, 'loss')
}

export const evaluationPoints = (snapshot: RunSnapshot): Point[] => logPoints(snapshot, 'eval_loss')

function logPoints({ log }: RunSnapshot, name: string): Point[] {
  return log.flatMap((line) => {
    const y = line[name]
    return y === undefined ? [] : [{ x: line.step, y }]
  })
}
