import { openWeights } from '../files/safetensors.ts'
import type { ModelConfig } from '../engine/4-graph/config.ts'
import { LAYERS, modelParameters } from '../engine/4-graph/parameters.ts'
import { partsToTrain } from '../engine/4-graph/partsToTrain.ts'
import type { TrainingSettings } from '../contract/trainingSettings.ts'

/**
 * Bytes of a model's files that each step reads where they lie. They need not be in memory, but where the system's file cache has no room for them a
 * step waits for the disk.
 * @throws TuneDeskError weights/…, files/…, settings/lora-…
 */
export async function mappedBytes(folder: string, config: ModelConfig, settings: TrainingSettings): Promise<number> {
  const { parameters } = partsToTrain(config, settings)
  const isMapped = (name: string): boolean => !parameters.has(name) && !(settings.load_in_8bit && name.startsWith(LAYERS))
  const { tensors, close } = await openWeights(folder)
  await close()
  return modelParameters(config)
    .filter(({ name }) => isMapped(name))
    .reduce((sum, { name }) => sum + (tensors.get(name)?.byteLength ?? 0), 0)
}
