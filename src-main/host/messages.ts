import type { BookEntry } from '../contract/bookEntry.ts'
import type { JobName } from '../jobs/jobs.ts'

/** What the engine's process is told. Jobs have numbers, so that several go on at once over one channel. */
export type Order =
  | { kind: 'begin'; job: number; name: JobName; argument: unknown }
  /** A wish; `word` says how the job is to end, where there are several ways. */
  | { kind: 'abort'; job: number; word?: string }
  /** Abort every job, and say when they are through. */
  | { kind: 'end' }

/** What the engine's process tells. Whatever it is, it is a sign of life. */
export type Report =
  | { kind: 'alive' }
  | { kind: 'event'; job: number; event: unknown }
  | { kind: 'value'; job: number; value: unknown }
  | { kind: 'failure'; job: number; failure: Failure }
  /** Ended by the wish to, with nothing to give. */
  | { kind: 'aborted'; job: number }
  /** Was asked to end, and has told everything: whoever hears this may kill it, and no message is lost. */
  | { kind: 'ended' }

/** An error as it crosses: its place in the error book, and where in the code it came from. */
export interface Failure extends BookEntry {
  stack: string
}
