import { resolve } from 'node:path'
import type { TrainingSettings } from '../contract/trainingSettings.ts'
import { readModelConfig } from '../files/modelFolder.ts'
import { openWeights } from '../files/safetensors.ts'
import type { ModelConfig } from '../engine/4-graph/config.ts'
import { initialAdapters } from '../engine/4-graph/initialAdapters.ts'
import { partsToTrain } from '../engine/4-graph/partsToTrain.ts'
import { parseConfig } from '../engine/4-graph/parseConfig.ts'
import { trainsAll } from '../engine/4-graph/trainedParts.ts'
import type { PartialTraining } from '../engine/6-train/decoder.ts'
import { growVocabulary } from '../engine/6-train/growVocabulary.ts'
import type { NamedTensor } from '../engine/6-train/trainableModel.ts'
import { readWeights } from '../engine/7-record/checkpoint.ts'

/** What a decoder is trained from. */
export interface TrainingBeginning {
  /** As it is trained: frozen tables have the rows that they have in the model's files, even where a token has none. */
  config: ModelConfig
  /** Those that are trained. */
  weights: AsyncIterable<NamedTensor>
  /** Undefined where all of them are. */
  partial: PartialTraining | undefined
}

/**
 * @param base the folder of the model that the run began from
 * @param saved where the run's own weights lie so far; null where it has none yet
 * @throws TuneDeskError of the model's files, settings/lora-…
 */
export async function beginTraining(
  config: ModelConfig,
  settings: TrainingSettings,
  base: string,
  saved: string | null,
): Promise<TrainingBeginning> {
  const parts = partsToTrain(config, settings)
  const isTrained = (name: string): boolean => parts.parameters.has(name)
  if (trainsAll(config, parts)) return { config, weights: growVocabulary(readWeights(saved ?? base), config), partial: undefined }
  const { folder, tensors, close } = await openWeights(resolve(base))
  await close()
  const beginning = async function* (): AsyncGenerator<NamedTensor> {
    yield* initialAdapters(config, parts, settings.seed)
    yield* readWeights(base, isTrained)
  }
  const { vocabularySize } = parseConfig(await readModelConfig(base))
  return {
    config: { ...config, vocabularySize },
    weights: saved === null ? beginning() : readWeights(saved, isTrained),
    partial: { parts, frozen: { folder, tensors }, seed: settings.seed, loadIn8bit: settings.load_in_8bit },
  }
}
