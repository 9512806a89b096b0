import type { RunSummary } from '../../../src-main/contract/areas/runs.ts'

/** Whether a run has weights that can be asked: its model, or a checkpoint. */
export const canBeAsked = ({ phase, safeStep }: RunSummary): boolean =>
  phase === 'finished' || (safeStep !== null && phase !== 'queued')
