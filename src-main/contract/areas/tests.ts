import { z } from 'zod'
import { call, event } from '../define.ts'
import type { ProbeResult, TestReport } from '../testReport.ts'
import { project } from './projects.ts'
import type { Problem, RunId } from './runs.ts'

const run = z.string()

/** Which model answers: the run's own, or the one that it began from. */
export type TestedModel = 'untrained' | 'tuned'

/**
 * - `waiting`: for the test before it
 * - `asking`: see `progress`
 * - `done`, `stopped` by the person, `failed` with a problem
 */
export type TestPhase = 'none' | 'waiting' | 'asking' | 'done' | 'stopped' | 'failed'

export interface TestState {
  phase: TestPhase
  /** Questions asked, of how many, of both models together; null where none is going on. */
  progress: { model: TestedModel; done: number; total: number; secondsLeft: number | null } | null
  problem: Problem | null
}

/** A test as a whole: a snapshot, which the events from `seq` on bring up to date. */
export interface TestSnapshot {
  seq: number
  state: TestState
  /** The last test that came to its end. */
  tuned: TestReport | null
  untrained: TestReport | null
  /** Of the one that goes on, or was stopped. */
  partial: Record<TestedModel, ProbeResult[]>
}

/** What is new of a test. At most ten a second. */
export interface TestChange {
  project: string
  runId: RunId
  /** One more than the change before; a gap means: read the snapshot again. */
  seq: number
  state: TestState
  results: { model: TestedModel; result: ProbeResult }[]
}

/** Two runs of the same rows and settings, one of which learns from the answers, the other from everything. They are tested when they finish. */
export interface Comparison {
  answer: RunId
  everything: RunId
}

export const tests = {
  calls: {
    'tests.result': call<TestSnapshot>()(z.strictObject({ project, run })),
    /** Asks both probes of the run's rows: with `untrained` of the model before its training, too. */
    'tests.start': call<TestState>()(
      z.strictObject({
        project,
        run,
        untrained: z.boolean(),
        /** So many rows, drawn by the seed; null: all. */
        sample: z.strictObject({ rows: z.int().min(1), seed: z.int().nonnegative() }).nullable(),
      }),
    ),
    'tests.stop': call<TestState>()(z.strictObject({ project, run })),
    /** Writes the last test for somebody to read. */
    'tests.save': call<null>()(
      z.strictObject({
        project,
        run,
        format: z.enum(['html', 'markdown', 'csv']),
        path: z.string(),
        language: z.enum(['en', 'zh']),
        title: z.string(),
      }),
    ),
    'tests.comparison': call<Comparison | null>()(z.strictObject({ project })),
    /** Starts both runs by the project's plan. */
    'tests.compare': call<Comparison>()(
      z.strictObject({ project, names: z.strictObject({ answer: z.string(), everything: z.string() }) }),
    ),
    /** Forgets it; the runs stay. */
    'tests.endComparison': call<null>()(z.strictObject({ project })),
  },
  events: {
    'tests.changed': event<TestChange>(),
    'tests.comparisonChanged': event<{ project: string; comparison: Comparison | null }>(),
  },
}
