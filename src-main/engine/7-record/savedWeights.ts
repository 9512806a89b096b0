import { openWeights } from '../../files/safetensors.ts'
import { modelParameters } from '../4-graph/parameters.ts'
import { trainsAll } from '../4-graph/trainedParts.ts'
import { growVocabulary } from '../6-train/growVocabulary.ts'
import type { NamedTensor } from '../6-train/trainableModel.ts'
import type { TrainedModel } from './checkpoint.ts'

/**
 * What a run saves of the weights that it trains: an adapter by itself; of a model all, in the model's order, the frozen ones as they lie in
 * the model that the run began from. There only the vocabulary's tables may lack rows, which they get.
 * @param trained in the model's order
 */
export const savedWeights = (
  trained: AsyncIterable<NamedTensor>,
  model: TrainedModel,
  baseFolder: string,
): AsyncIterable<NamedTensor> =>
  model.parts.adapters || trainsAll(model.config, model.parts)
    ? trained
    : growVocabulary(withFrozen(trained, model, baseFolder), model.config)

async function* withFrozen(
  trained: AsyncIterable<NamedTensor>,
  { config, parts }: TrainedModel,
  baseFolder: string,
): AsyncGenerator<NamedTensor> {
  const base = await openWeights(baseFolder)
  const tensors = trained[Symbol.asyncIterator]()
  try {
    for (const { name, shape } of modelParameters(config)) {
      if (parts.parameters.has(name)) {
        const next = await tensors.next()
        if (next.done) throw new Error(`${name} was trained and did not come`)
        yield next.value
      } else yield { name, shape: [...(base.tensors.get(name)?.shape ?? shape)], data: await base.read(name) }
    }
  } finally {
    await tensors.return?.()
    await base.close()
  }
}
