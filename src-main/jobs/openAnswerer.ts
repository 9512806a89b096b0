import { stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { TuneDeskError } from '../contract/error.ts'
import { openTokenizer, type Tokenizer } from '../engine/2-tokens/openTokenizer.ts'
import type { TemplateKind } from '../engine/2-tokens/rowText.ts'
import type { TokenId } from '../engine/2-tokens/tokenisedRow.ts'
import { isAdapterFolder, readAdapter } from '../engine/7-record/adapterFiles.ts'
import { openRun, type OpenedRun } from '../engine/7-record/openRun.ts'
import { RUN_FILE } from '../engine/7-record/runDescription.ts'
import { generate, type Generation, type GenerationHooks, type GenerationSettings } from '../engine/8-infer/generate.ts'
import type { Precision } from '../engine/8-infer/inferenceGraph.ts'
import { openModel } from '../engine/8-infer/openModel.ts'

/** A model with its tokenizer, ready to answer. */
export interface Answerer {
  readonly tokenizer: Tokenizer
  answer(prompt: readonly TokenId[], settings: GenerationSettings, hooks?: GenerationHooks): Promise<Generation>
  close(): Promise<void>
}

/** @throws TuneDeskError of the model's files */
export async function openAnswerer(folder: string, precision: Precision = 'float32'): Promise<Answerer> {
  const tokenizer = await openTokenizer(await tokenizerFolder(folder))
  const model = await openModel(folder, { precision }).catch(async (error: unknown) => {
    await tokenizer.close()
    throw error
  })
  return {
    tokenizer,
    answer: (prompt, settings, hooks) => generate(model, tokenizer, prompt, settings, hooks),
    async close() {
      await tokenizer.close()
      await model.close()
    },
  }
}

/** An adapter's folder need not have a tokenizer: then it is its model's. */
export async function tokenizerFolder(folder: string): Promise<string> {
  const hasOwn = await stat(join(folder, 'tokenizer.json')).catch(() => null)
  return hasOwn || !(await isAdapterFolder(folder)) ? folder : (await readAdapter(folder)).baseFolder
}

/** The run that a folder holds, or null where it is a model's folder. @throws runs/nothing-saved, runs/damaged */
export const runIn = async (folder: string): Promise<OpenedRun | null> =>
  (await isRunFolder(folder)) ? openTrainedRun(folder) : null

export const isRunFolder = (folder: string): Promise<boolean> =>
  stat(join(folder, RUN_FILE)).then(
    () => true,
    () => false,
  )

/** @throws runs/not-a-run, runs/damaged; runs/nothing-saved where the run has neither a model nor a checkpoint yet */
export async function openTrainedRun(folder: string): Promise<OpenedRun> {
  const run = await openRun(resolve(folder))
  if (!run.isFinished && run.checkpoint === null) throw new TuneDeskError('runs/nothing-saved', { folder })
  return run
}

/** How a question becomes text: as the run's rows did, else by the model's own chat template where it has one. */
export const templateOf = (run: OpenedRun | null, { chatTemplate }: Tokenizer): TemplateKind =>
  run?.description.settings.template ?? (chatTemplate === null ? 'plain' : 'chat')
