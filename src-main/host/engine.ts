import type { JobArgument, JobEvent, JobName, JobValue } from '../jobs/jobs.ts'

export interface EngineHooks<Name extends JobName> {
  onEvent?: (event: JobEvent<Name>) => void
  /** Asks the job to end; its reason goes with it, where it is a word. */
  signal?: AbortSignal
}

/**
 * A process of its own that computes, so that a native crash or a lack of memory takes no window with it. It starts with its first job.
 * Jobs that are given at once run side by side.
 */
export interface Engine {
  /**
   * @throws TuneDeskError what the job throws; engine/ended where its process ended in its midst; engine/keeps-ending where it did so again and
   * again; the signal's reason where the job ended by it with nothing to give
   */
  run<Name extends JobName>(name: Name, argument: JobArgument<Name>, hooks?: EngineHooks<Name>): Promise<JobValue<Name>>
  /** Asks the jobs that go on to end, as their signals do, and ends the process. There are no jobs behind it. */
  close(): Promise<void>
}

/** Each in a process of its own: a test does not wait for a training, and neither ends with the other. */
export interface Engines {
  training: Engine
  answers: Engine
  tokens: Engine
}
