import { z } from 'zod'
import { call, event } from '../define.ts'
import type { ErrorCode, ErrorParameters } from '../error.ts'
import type { LogLine } from '../logLine.ts'
import type { TrainingSettings } from '../trainingSettings.ts'
import type { Verdict } from '../verdict.ts'
import { project } from './projects.ts'

/** A run's folder name within its project's `runs`. */
const run = z.string()
export type RunId = string

/**
 * - `queued`: waits for the run before it
 * - `preparing`: reads rows and model, nothing trained yet
 * - `training`
 * - `stopping`: will stop, or finish, at the next step boundary
 * - `paused`: stopped by the person, with a checkpoint
 * - `interrupted`: the engine or the app ended in its midst; goes on from `safeStep`
 * - `failed`: ended with an error
 * - `finished`: its model is saved
 */
export type RunPhase = 'queued' | 'preparing' | 'training' | 'stopping' | 'paused' | 'interrupted' | 'failed' | 'finished'

export interface Problem {
  code: ErrorCode
  parameters: ErrorParameters
}

/** A run in a list. Of a name that nobody gave it stands `#` and a number. */
export interface RunSummary {
  id: RunId
  project: string
  folder: string
  name: string
  phase: RunPhase
  /** ISO 8601 */
  createdAt: string
  model: { name: string; parameterCount: number }
  settings: TrainingSettings
  rows: number
  heldOutRows: number
  /** Optimizer steps taken, of how many. */
  step: number
  maxSteps: number
  epoch: number
  /** Wall-clock seconds trained, in all sittings together. */
  seconds: number
  /** Rows that are tokenised so far while it is prepared, of how many; null where nothing is counted. */
  tokenised: { done: number; total: number } | null
  /** Until the end, as a range; null where nothing is known yet. */
  secondsLeft: { low: number; high: number } | null
  /** Of the newest log lines. */
  loss: number | null
  evalLoss: number | null
  /** The step of the newest whole checkpoint: the run can go on from there. */
  safeStep: number | null
  problem: Problem | null
  /** Of its last test. */
  verdict: Verdict | null
  /** Bytes of the adapter that a finished run of LoRA is; null for any other run. */
  adapterBytes: number | null
}

/** What was measured at one optimizer step. */
export interface StepMetrics {
  step: number
  epoch: number
  loss: number
  learningRate: number
  gradientNorm: number
  tokensPerSecond: number
  /** Resident memory of the engine's process, in bytes. */
  memory: number
}

/** What the model answered to the first row's question while it learned. */
export interface SampleAnswer {
  epoch: number
  step: number
  question: string
  answer: string
  label: string
}

/** A run as a whole: a snapshot, which the events from `seq` on bring up to date. */
export interface RunSnapshot {
  seq: number
  summary: RunSummary
  /** The log under the Trainer's names: mean losses, evaluations, totals. */
  log: LogLine[]
  /** Of every step; of a run with more than 20,000 of every second, third …, and thinned where they are more than a chart can show. */
  metrics: StepMetrics[]
  samples: SampleAnswer[]
  warnings: Problem[]
}

/** What is new of a run. At most ten a second. */
export interface RunChange {
  project: string
  runId: RunId
  /** One more than the change before; a gap means: read the snapshot again. */
  seq: number
  summary: RunSummary
  log: LogLine[]
  metrics: StepMetrics[]
  samples: SampleAnswer[]
  warnings: Problem[]
}

/** What a training will take, before it starts. */
export interface Estimate {
  /** From a measured step of the longest batch, or from a formula and this computer's measured speed. */
  basis: 'measured' | 'formula'
  steps: number
  seconds: { low: number; high: number }
  /** Bytes. */
  memory: { needed: number; available: number; total: number }
  disk: { needed: number; free: number }
  verdict: 'fits' | 'tight' | 'does-not-fit'
  /** What would be done otherwise than the settings ask, so that it fits into memory. */
  adjustments: Problem[]
  /**
   * Why it cannot start: rows with nothing to learn, settings that do not go together, no room … Empty where it can. Where it is the rows, the
   * settings or the model, `steps`, `seconds` and what is needed are not known: 0.
   */
  blockers: Problem[]
}

export const runs = {
  calls: {
    'runs.list': call<RunSummary[]>()(z.strictObject({ project })),
    'runs.open': call<RunSnapshot>()(z.strictObject({ project, run })),
    /** What the project's plan would take. With `measure` a step of the longest batch is carried out, which takes seconds. */
    'runs.estimate': call<Estimate>()(z.strictObject({ project, measure: z.boolean() })),
    /** Trains the project's rows by its plan, after the runs that are queued already. */
    'runs.start': call<RunSummary>()(
      z.strictObject({
        project,
        name: z.string().optional(),
        /** On top of the plan's: for a comparison. */
        settings: z.strictObject({ loss_on: z.enum(['answer', 'everything']) }).optional(),
      }),
    ),
    /** Stops at the next step boundary, with a checkpoint to go on from; takes a queued run out of the queue. */
    'runs.pause': call<RunSummary>()(z.strictObject({ project, run })),
    /** Ends the training at the next step boundary and saves the model as it is then. Works on a paused or interrupted run too. */
    'runs.keep': call<RunSummary>()(z.strictObject({ project, run })),
    /** Goes on from the newest whole checkpoint. */
    'runs.resume': call<RunSummary>()(z.strictObject({ project, run })),
    /** Stops it where it goes on, and deletes its folder. @returns the bytes that are free again */
    'runs.discard': call<{ freed: number }>()(z.strictObject({ project, run })),
    'runs.rename': call<RunSummary>()(z.strictObject({ project, run, name: z.string() })),
    /** Writes the model that a finished run of LoRA and its base are together into a folder that is not there yet. @throws exports/…, adapters/… */
    'runs.merge': call<null>()(z.strictObject({ project, run, path: z.string() })),
    /** Writes the picture of the loss. */
    'runs.savePicture': call<null>()(z.strictObject({ project, run, format: z.enum(['png', 'svg']), path: z.string() })),
  },
  events: {
    'runs.changed': event<RunChange>(),
    'runs.removed': event<{ project: string; runId: RunId }>(),
  },
}
