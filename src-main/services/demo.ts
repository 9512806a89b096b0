import { rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import type { Row } from '../engine/1-dataset/row.ts'
import type { TrainingEvent } from '../engine/6-train/runRecorder.ts'
import { openRun } from '../engine/7-record/openRun.ts'
import { checkRowsOf, type CheckReport } from './check.ts'
import { openDataset } from './dataset.ts'
import { STARTER, modelFolderOf } from './models.ts'
import { startRun, type RunHooks, type RunResult } from './runs.ts'
import { sampleAnswer } from './sampleAnswer.ts'

const PRESET = 'starter'
/** Every sixth of the way: often enough to see it learn, seldom enough to cost little. */
const SAVE_STEPS = 1 / 6
const SAMPLE_TOKENS = 48

/** What the demo is made of: the starter model and two poems that ship with the app. */
export interface Demo {
  model: string
  data: string
  rows: Row[]
}

export async function openDemo(resources: string): Promise<Demo> {
  const data = join(resources, 'samples', 'poems')
  const { rows } = await openDataset(data)
  return { model: await modelFolderOf(STARTER, resources), data, rows: rows.map(({ row }) => row) }
}

export const checkDemo = ({ data, model }: Demo): Promise<CheckReport> => checkRowsOf({ data, model })

/** The answer to the demo's first question, by the model in a folder. */
export function demoAnswer({ rows: [row] }: Demo, folder: string): Promise<string> {
  if (!row) throw new Error('the sample has a row')
  return sampleAnswer(folder, row, 'plain', SAMPLE_TOKENS)
}

/**
 * Trains the demo's model. A folder that an earlier demo of the same rows left is replaced.
 * @param onSample hears the answer to the first question at each checkpoint
 * @throws TuneDeskError as `startRun`; runs/folder-not-empty where something else lies in the folder
 */
export async function trainDemo(
  demo: Demo,
  output: string,
  lossOn: 'answer' | 'everything',
  hooks: RunHooks,
  onSample?: (epoch: number, answer: string) => void,
): Promise<RunResult> {
  await removeEarlierDemo(resolve(output), demo)
  let epoch = 0
  const onEvent = async (event: TrainingEvent): Promise<void> => {
    await hooks.onEvent?.(event)
    if (event.kind === 'progress') epoch = event.epoch
    if (event.kind === 'checkpoint' && onSample) onSample(epoch, await demoAnswer(demo, join(output, `checkpoint-${event.step}`)))
  }
  const saving = onSample ? { save_strategy: 'steps', save_steps: SAVE_STEPS, save_total_limit: 1 } : { save_strategy: 'no' }
  const { data, model } = demo
  const settings = { ...saving, loss_on: lossOn }
  return startRun({ data, model, output, preset: PRESET, settings }, { ...hooks, onEvent })
}

async function removeEarlierDemo(folder: string, { rows, model }: Demo): Promise<void> {
  const earlier = await openRun(folder).catch(() => null)
  if (earlier?.description.baseModel.folder === model && isDeepStrictEqual(earlier.description.rows, rows))
    await rm(folder, { recursive: true })
}
