import { mersenneTwister } from '../3-batches/mersenneTwister.ts'
import type { ModelConfig } from './config.ts'
import { count } from './elements.ts'
import { trainedParameters, type TrainedParts } from './trainedParts.ts'

const FLOAT32_STEPS = 2 ** 24

/**
 * An adapter before its first step, as PEFT begins it (tuners/lora/layer.py, reset_lora_parameters): B is zero, so that the model is still what it
 * was, and A is drawn uniformly from ±1 / √in, which is torch's kaiming_uniform_ with a = √5.
 *
 * The numbers are those of torch's generator in the order of our modules; PEFT makes a layer for each module before it draws, so that no seed gives its numbers.
 */
export function* initialAdapters(config: ModelConfig, parts: TrainedParts, seed: number) {
  const random = mersenneTwister(seed)
  for (const { name, shape } of trainedParameters(config, { ...parts, parameters: new Set() })) {
    const data = new Float32Array(count(shape))
    const bound = 1 / Math.sqrt(Number(shape[1]))
    if (name.endsWith('.lora_A.weight'))
      for (let i = 0; i < data.length; i++) data[i] = ((random() % FLOAT32_STEPS) / FLOAT32_STEPS) * 2 * bound - bound
    yield { name, shape: [...shape], data }
  }
}
