import type { ModelConfig } from '../../../src-main/engine/4-graph/config.ts'
import { modelParameters } from '../../../src-main/engine/4-graph/parameters.ts'
import type { NamedTensor } from '../../../src-main/engine/6-train/trainableModel.ts'
import { normalSource, randomSource } from '../random.ts'

/**
 * Weights to begin a training from scratch with, as transformers draws them (PreTrainedModel._init_weights): matrices normal with
 * standard deviation `initializer_range`, biases 0, norms 1.
 */
export async function* initialWeights(config: ModelConfig, seed: number): AsyncGenerator<NamedTensor> {
  const normal = normalSource(randomSource(`weights ${seed}`))
  for (const { name, shape } of modelParameters(config)) {
    const data = new Float32Array(shape.reduce((product, dimension) => product * dimension, 1))
    if (name.endsWith('norm.weight')) data.fill(1)
    else if (!name.endsWith('.bias')) data.forEach((_, i) => (data[i] = normal() * config.initializerRange))
    yield { name, shape: [...shape], data }
  }
}
