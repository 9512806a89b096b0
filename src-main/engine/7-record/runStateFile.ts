import { z } from 'zod'
import type { RunState } from '../6-train/runState.ts'
import { AS_PLANNED } from '../6-train/stepMemory.ts'
import { printSortedJson } from './printJson.ts'

export const RUN_STATE_FILE = 'run_state.json'

/** What a run goes on with beside trainer_state.json, weights and moments. */
export interface RunStateFile {
  state: Omit<RunState, 'trainer'>
  /** The optimizer's own count of steps. */
  optimizerStepCount: number
}

export function printRunState({
  state: { trainer: _, ...state },
  optimizerStepCount,
}: {
  state: RunState
  optimizerStepCount: number
}): string {
  return printSortedJson({ version: 1, ...state, optimizerStepCount }, 2)
}

const step = z.int().min(0)

export const runStateSchema = z
  .object({
    version: z.literal(1),
    finishedEpochs: step,
    lossSinceLog: z.number(),
    lossBeforeLog: z.number(),
    lastLoggedStep: step,
    // Not there in runs of the first version.
    lossOfEpoch: z.number().default(0),
    evaluationsWithoutGain: step.default(0),
    endedBy: z.enum(['early-stopping', 'test-passed', 'keep']).nullable().default(null),
    gradientNorm: z.number().nullable(),
    learningRate: z.number().nullable(),
    uncountedFlos: z.number(),
    checkpoints: z.array(step),
    bestCheckpoint: step.nullable(),
    seconds: z.number(),
    stepMemory: z.object({ rowsAtOnce: step.nullable(), recomputes: z.boolean() }).default(AS_PLANNED),
    optimizerStepCount: step,
  })
  .transform(({ version: _, optimizerStepCount, ...state }): RunStateFile => ({ state, optimizerStepCount }))
