import { join } from 'node:path'
import { z } from 'zod'
import type { SampleAnswer, StepMetrics } from '../../contract/areas/runs.ts'
import { exists, nodeFileSystem } from '../../files/fileSystem.ts'
import { openJournal, readJournal } from '../../files/journal.ts'
import type { TrainingEvent } from '../6-train/runRecorder.ts'
import type { RunState } from '../6-train/runState.ts'

/** What every optimizer step measured, and the answers along the way: a line each, for charts of a run that is over or goes on elsewhere. */
const STEPS_FILE = 'steps.jsonl'
const SAMPLES_FILE = 'samples.jsonl'

/** A chart needs no more. Of a run with more steps every second, third … is written down. */
const MOST_STEPS = 20_000

const number = z.number()
const stepMetricsSchema: z.ZodType<StepMetrics> = z.object({
  step: z.int().positive(),
  epoch: number,
  loss: number,
  learningRate: number,
  gradientNorm: number,
  tokensPerSecond: number,
  memory: number,
})
const sampleSchema: z.ZodType<SampleAnswer> = z.object({
  epoch: number,
  step: z.int().nonnegative(),
  question: z.string(),
  answer: z.string(),
  label: z.string(),
})

export const isRecordedStep = ({ step, maxSteps }: { step: number; maxSteps: number }): boolean =>
  step % Math.ceil(maxSteps / MOST_STEPS) === 0

/** Goes on with a run's files from where its state is: lines behind it are cut off, since the resumed run writes them again. */
export async function openProgress(
  folder: string,
  state: RunState | undefined,
  fileSystem = nodeFileSystem,
): Promise<{ record(event: TrainingEvent): Promise<void>; close(): Promise<void> }> {
  const step = state?.trainer.global_step ?? 0
  const steps = await openJournal(join(folder, STEPS_FILE), {
    keep: (entry) => (stepMetricsSchema.safeParse(entry).data?.step ?? Infinity) <= step,
    fileSystem,
  })
  const samplesPath = join(folder, SAMPLES_FILE)
  const openSamples = () => {
    // One for each epoch whose end is done: that of a checkpoint between an epoch's last step and its end comes again.
    let left = state?.finishedEpochs ?? 0
    return openJournal(samplesPath, { keep: (entry) => sampleSchema.safeParse(entry).success && left-- > 0, fileSystem })
  }
  // A run that never asks has no such file.
  let samples = (await exists(samplesPath, fileSystem)) ? await openSamples().catch(closing(steps)) : null
  return {
    async record(event) {
      if (event.kind === 'sample') await (samples ??= await openSamples()).append(sampleOf(event))
      if (event.kind === 'progress' && isRecordedStep(event)) await steps.append({ ...stepMetricsOf(event) })
    },
    async close() {
      await steps.close()
      await samples?.close()
    },
  }
}

/** For a promise that failed: closes what was opened before, and fails as well. */
export const closing =
  (opened: { close(): Promise<void> }) =>
  async (error: unknown): Promise<never> => {
    await opened.close()
    throw error
  }

/** What a run's folder tells of its steps, also while it is written; nothing where it has no such files. @throws TuneDeskError files/… */
export async function readProgress(folder: string): Promise<{ metrics: StepMetrics[]; samples: SampleAnswer[] }> {
  return { metrics: await read(STEPS_FILE, stepMetricsSchema), samples: await read(SAMPLES_FILE, sampleSchema) }

  async function read<Line>(name: string, schema: z.ZodType<Line>): Promise<Line[]> {
    const path = join(folder, name)
    if (!(await exists(path, nodeFileSystem))) return []
    return (await readJournal(path)).flatMap((line) => schema.safeParse(line).data ?? [])
  }
}

export function stepMetricsOf(event: Extract<TrainingEvent, { kind: 'progress' }>): StepMetrics {
  const { step, epoch, loss, learningRate, gradientNorm, tokensPerSecond, memory } = event
  return { step, epoch, loss, learningRate, gradientNorm, tokensPerSecond, memory }
}

export function sampleOf(event: Extract<TrainingEvent, { kind: 'sample' }>): SampleAnswer & Record<string, unknown> {
  const { epoch, step, question, answer, label } = event
  return { epoch, step, question, answer, label }
}
