import { rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { PRESETS } from '../contract/presets.ts'
import type { Row } from '../contract/row.ts'
import { openRun } from '../engine/7-record/openRun.ts'
import type { Engine, EngineHooks } from '../host/engine.ts'
import { checkRowsOf, type CheckReport } from '../jobs/check.ts'
import { openDataset } from '../jobs/dataset.ts'
import { STARTER, modelFolderOf } from '../jobs/model.ts'
import type { RunResult } from '../jobs/runs.ts'
import type { TrainingRequest } from '../jobs/trainingRequest.ts'

const PRESET = 'starter'
/** Every sixth of the way: often enough to see it learn, seldom enough to read along. */
const EPOCHS_BETWEEN_SAMPLES = PRESETS[PRESET].num_train_epochs / 6
const SAMPLE_TOKENS = 48

/** What the demo is made of: the starter model and two poems that ship with the app. */
export interface Demo {
  model: string
  data: string
  rows: Row[]
  /** That whose question is asked while the model learns. */
  asked: Row
}

export async function openDemo(resources: string): Promise<Demo> {
  const data = join(resources, 'samples', 'poems')
  const rows = (await openDataset(data)).rows.map(({ row }) => row)
  const [asked] = rows
  if (!asked) throw new Error('the sample has a row')
  return { model: await modelFolderOf(STARTER, resources), data, rows, asked }
}

export const checkDemo = ({ data, model }: Demo): Promise<CheckReport> => checkRowsOf({ data, model })

/** What the model answers before its training. */
export async function untrainedAnswer(engine: Engine, { model, asked }: Demo): Promise<string> {
  const question = asked.instruct + asked.input
  const { text } = await engine.run('answer', {
    folder: model,
    messages: [{ role: 'user', content: question }],
    template: 'plain',
    settings: { max_new_tokens: SAMPLE_TOKENS },
  })
  return text
}

/**
 * Trains the demo's model. A folder that an earlier demo of the same rows left is replaced.
 * @param asks tells what the model answers on its way
 * @throws TuneDeskError as `startRun`; runs/folder-not-empty where something else lies in the folder
 */
export async function trainDemo(
  engine: Engine,
  demo: Demo,
  output: string,
  { lossOn, asks }: { lossOn: 'answer' | 'everything'; asks: boolean },
  { onEvent, ...hooks }: EngineHooks<'train'>,
): Promise<RunResult> {
  const folder = resolve(output)
  await removeEarlierDemo(folder, demo)
  const { data, model } = demo
  const settings = { save_strategy: 'no', loss_on: lossOn, sample_each_epoch: asks }
  const request: TrainingRequest = { data, model, output: folder, preset: PRESET, settings, savesBetween: true }
  return engine.run('train', request, {
    ...hooks,
    onEvent: (event) => {
      if (event.kind !== 'sample' || event.epoch % EPOCHS_BETWEEN_SAMPLES === 0) onEvent?.(event)
    },
  })
}

async function removeEarlierDemo(folder: string, { rows, model }: Demo): Promise<void> {
  const earlier = await openRun(folder).catch(() => null)
  if (earlier?.description.baseModel.folder === model && isDeepStrictEqual(earlier.description.rows, rows))
    await rm(folder, { recursive: true })
}
