import type { Batch } from '../3-batches/batch.ts'
import type { ModelConfig } from '../4-graph/config.ts'
import { EMBEDDING } from '../4-graph/parameters.ts'
import { embedding } from '../4-graph/programs/embedding.ts'
import type { Executor, Floats, Tensor } from '../5-exec/executor.ts'
import { groupRows } from '../5-exec/rowGroups.ts'
import { createAttentionMasks } from './attentionMasks.ts'
import { createDecoderLayers, type LayerBatch } from './decoderLayer.ts'
import { entries } from './entries.ts'
import { createHeadLoss } from './headLoss.ts'
import { createParameterStore } from './parameterStore.ts'
import { createRotaryTables } from './rotaryTables.ts'
import type { NamedTensor, TrainableModel } from './trainableModel.ts'

/** A decoder with its gradients open to inspection, for tests and tools. */
export interface Decoder extends TrainableModel {
  /** The accumulated gradient of a parameter, zeros where there is none. */
  gradient(name: string): Promise<Floats>
}

/**
 * A decoder language model (RMSNorm, rotary attention, SwiGLU) on an executor: embed → layers → head, and back.
 * @param weights every parameter of the model once, in any order; the arrays belong to the decoder afterwards
 */
export async function createDecoder(
  config: ModelConfig,
  executor: Executor,
  weights: AsyncIterable<NamedTensor>,
): Promise<Decoder> {
  const parameters = await createParameterStore(config, executor, weights)
  const embed = await executor.compile(embedding(config))
  const layers = await createDecoderLayers(config, executor, parameters, createAttentionMasks(executor))
  const head = await createHeadLoss(config, executor, parameters)
  const rotary = createRotaryTables(config)
  let stepCount = 0

  /** Embeds and runs all layers. Gives the last layer's output at the supervised positions [S, D]. */
  async function forward(batch: Batch, keep: boolean): Promise<{ layerBatch: LayerBatch; hidden: Tensor; done: () => void }> {
    const tokens = batch.inputIds.length
    const { cosine, sine } = rotary.tables(batch.positions)
    const rotation = [tokens, 1, config.headSize]
    const layerBatch: LayerBatch = {
      tokens,
      groups: groupRows(batch.rowStarts),
      cosine: executor.upload(cosine, rotation),
      sine: executor.upload(sine, rotation),
      supervised: batch.supervised,
      supervisedIds: executor.upload(batch.supervised, [batch.supervised.length]),
    }
    const ids = executor.upload(batch.inputIds, [tokens])
    const embedded = await executor.run(
      embed,
      { table: parameters.value(EMBEDDING), ids },
      { hidden: executor.scratch('forward.embedded', [tokens, config.hiddenSize]) },
    )
    let { hidden } = entries(embedded, 'hidden')
    for (let layer = 0; layer < config.layerCount; layer++) hidden = await layers.forward(layer, layerBatch, hidden, keep)
    return {
      layerBatch,
      hidden,
      done: () => {
        executor.release(ids, layerBatch.cosine, layerBatch.sine, layerBatch.supervisedIds)
      },
    }
  }

  return {
    config,
    parameterCount: parameters.elements,
    get stepCount() {
      return stepCount
    },
    set stepCount(value) {
      stepCount = value
    },
    async accumulateGradients(batch, scale) {
      if (batch.supervised.length === 0) return 0
      const { layerBatch, hidden, done } = await forward(batch, true)
      const { loss, gradient: outputGradient } = await head.lossAndGradient(hidden, batch.targets, scale)
      let gradient = outputGradient
      for (let layer = config.layerCount - 1; layer >= 0; layer--) gradient = await layers.backward(layer, layerBatch, gradient)
      parameters.addGradientRows(EMBEDDING, batch.inputIds, gradient, 1)
      executor.release(gradient, hidden)
      done()
      return loss
    },
    async evaluate(batch) {
      if (batch.supervised.length === 0) return 0
      const { hidden, done } = await forward(batch, false)
      const loss = await head.loss(hidden, batch.targets)
      executor.release(hidden)
      done()
      return loss
    },
    gradient: (name) => parameters.gradient(name),
    gradientNorm: () => parameters.gradientNorm(),
    async adamWStep(hyperparameters) {
      stepCount++
      await parameters.adamW(hyperparameters, stepCount)
    },
    weights: () => parameters.weights(),
    optimizerState: () => parameters.optimizerState(),
    loadWeights: (tensors) => parameters.loadWeights(tensors),
    async loadOptimizerState(tensors, count) {
      await parameters.loadOptimizerState(tensors)
      stepCount = count
    },
    dispose: () => executor.dispose(),
  }
}
