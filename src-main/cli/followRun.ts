import { TuneDeskError } from '../contract/error.ts'
import type { JobEvent } from '../jobs/jobs.ts'

/** How far a run has come, by what is told of it. */
export interface FollowedRun {
  hear(event: JobEvent<'train'>): void
  /** What to say of an error: where the engine ended in the midst of the run, at which step that was and how much is safe. */
  explained(error: unknown): unknown
}

export function followRun(): FollowedRun {
  let folder: string | null = null
  let step = 0
  let safe = 0
  return {
    hear(event) {
      if (event.kind === 'begin') folder = event.run.folder
      if (event.kind === 'start') step = safe = event.step
      if (event.kind === 'progress') step = event.step
      if (event.kind === 'checkpoint') safe = event.step
    },
    explained(error) {
      if (folder === null || !(error instanceof TuneDeskError) || error.code !== 'engine/ended') return error
      return new TuneDeskError('runs/interrupted', { ...error.parameters, step, safe, folder }, { cause: error })
    },
  }
}
