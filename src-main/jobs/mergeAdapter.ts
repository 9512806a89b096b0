import { readdir } from 'node:fs/promises'
import { basename, resolve } from 'node:path'
import { TuneDeskError } from '../contract/error.ts'
import { createSettings } from '../contract/trainingSettings.ts'
import { writeFolder } from '../files/atomicFolder.ts'
import { readModelFolder } from '../files/modelFolder.ts'
import { openTokenizer } from '../engine/2-tokens/openTokenizer.ts'
import { parseConfig } from '../engine/4-graph/parseConfig.ts'
import { allParameters } from '../engine/4-graph/trainedParts.ts'
import { growVocabulary, withVocabularyOf } from '../engine/6-train/growVocabulary.ts'
import { isAdapterFolder, readAdapter } from '../engine/7-record/adapterFiles.ts'
import { writeFiniteWeights } from '../engine/7-record/checkpoint.ts'
import { mergedWeights } from '../engine/7-record/mergedWeights.ts'
import { trainedModelFiles, writeModelFiles } from '../engine/7-record/modelFiles.ts'
import { isRunFolder, openTrainedRun, tokenizerFolder } from './openAnswerer.ts'

export interface MergeRequest {
  /** A run of LoRA, finished or with a checkpoint; or an adapter's folder as PEFT writes it. */
  adapter: string
  /** Not there yet. */
  output: string
}

/**
 * Writes the model that an adapter and its base are together, as a folder of its own that needs neither.
 * @throws TuneDeskError exports/folder-not-empty, exports/no-adapter, adapters/…, runs/nothing-saved; files/… of reading and writing
 */
export async function mergeAdapter({ adapter: given, output }: MergeRequest): Promise<{ path: string }> {
  const folder = (await isRunFolder(given)) ? (await openTrainedRun(given)).weightsFolder : resolve(given)
  if (!(await isAdapterFolder(folder))) throw new TuneDeskError('exports/no-adapter', { folder: given })
  const adapter = await readAdapter(folder)
  const path = resolve(output)
  if ((await readdir(path).catch(() => [])).length > 0) throw new TuneDeskError('exports/folder-not-empty', { path })
  const base = await readModelFolder(adapter.baseFolder)
  const tokenizer = await openTokenizer(await tokenizerFolder(folder))
  try {
    const baseConfig = parseConfig(base.config)
    const config = withVocabularyOf(baseConfig, tokenizer)
    const files = await trainedModelFiles({ ...base, folder: adapter.baseFolder }, config, tokenizer, createSettings({}))
    await writeFolder(path, async (to) => {
      await writeModelFiles(to, files)
      const weights = growVocabulary(mergedWeights(baseConfig, adapter), config)
      await writeFiniteWeights(to, { config, parts: allParameters(config) }, weights, basename(path))
    })
    return { path }
  } finally {
    await tokenizer.close()
  }
}
