import type { RunPhase, RunSummary } from '../../../src-main/contract/areas/runs.ts'

const isOneOf =
  (...phases: RunPhase[]) =>
  ({ phase }: RunSummary): boolean =>
    phases.includes(phase)

/** Something goes on: it can be stopped. */
export const isUnderWay = isOneOf('preparing', 'training')
export const canPause = isOneOf('queued', 'preparing', 'training')
export const canResume = isOneOf('paused', 'interrupted', 'failed')
/** There is a model worth keeping: one that trains now, or one of a checkpoint. */
export const canKeep = (run: RunSummary): boolean =>
  (isOneOf('training')(run) && run.step > 0) || (canResume(run) && run.safeStep !== null)
export const isFinished = isOneOf('finished')
