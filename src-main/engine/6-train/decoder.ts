import type { Batch } from '../3-batches/batch.ts'
import type { ModelConfig } from '../4-graph/config.ts'
import { count } from '../4-graph/elements.ts'
import { EMBEDDING, modelParameters, type ParameterShape } from '../4-graph/parameters.ts'
import { embedding } from '../4-graph/programs/embedding.ts'
import { allParameters, lowestTrainedLayer, trainedParameters, type TrainedParts } from '../4-graph/trainedParts.ts'
import type { Executor, Floats, Tensor } from '../5-exec/executor.ts'
import { createDecoderLayers, type Kept, type LayerBatch } from './decoderLayer.ts'
import { entries } from './entries.ts'
import { createHeadLoss } from './headLoss.ts'
import { createLayerPrograms } from './layerPrograms.ts'
import { createModelWeights, type FrozenWeights } from './modelWeights.ts'
import { createParameterStore } from './parameterStore.ts'
import { createRotaryTables } from './rotaryTables.ts'
import { createRowAttention } from './rowAttention.ts'
import type { NamedTensor, TrainableModel } from './trainableModel.ts'

/** A decoder, whose memory can be seen to, and whose gradients are open to inspection for tests and tools. */
export interface Decoder extends TrainableModel {
  /**
   * Whether a layer keeps only its input and is run again on the way back: the same gradients in less memory, for about a fifth more time.
   * May change between two calls of `accumulateGradients`. False at first.
   */
  recomputesActivations: boolean
  /** Forgets the gradients that have been added up since the last step. */
  discardGradients(): void
  /** Lets go of what passes have computed in: the next one takes the memory that it needs. Gradients go with it. */
  releaseBuffers(): void
  /** The accumulated gradient of a parameter, zeros where there is none. */
  gradient(name: string): Promise<Floats>
}

export interface PartialTraining {
  parts: TrainedParts
  /** Where the weights lie that are not trained. The files may not change while the decoder is there. */
  frozen: FrozenWeights
  /** Of dropout. */
  seed: number
  /** Whether the frozen weights of layers are held in memory, matrices in 8 bits, instead of being read where they lie. */
  loadIn8bit?: boolean
}

/**
 * A decoder language model (RMSNorm, rotary attention, SwiGLU) on an executor: embed → layers → head, and back.
 * @param weights every trained parameter once, in any order; the arrays belong to the decoder afterwards
 * @param partial what is trained where that is not every weight. Frozen weights are read where they lie, and never copied as a whole,
 * unless they are held in 8 bits
 */
export async function createDecoder(
  config: ModelConfig,
  executor: Executor,
  weights: AsyncIterable<NamedTensor>,
  partial?: PartialTraining,
): Promise<Decoder> {
  const parts = partial?.parts ?? allParameters(config)
  const trained = trainedParameters(config, parts)
  const parameters = await createParameterStore(trained, executor, weights)
  const modelWeights = await createModelWeights(
    modelParameters(config),
    parameters,
    partial?.frozen ?? null,
    executor,
    partial?.loadIn8bit ?? false,
  )
  const table = { table: EMBEDDING }
  const embed = await executor.compile(embedding(config), modelWeights.frozen(table))
  const programs = createLayerPrograms(config, executor, modelWeights, parts, partial?.seed ?? 0)
  const attention = await createRowAttention(config, executor)
  const layers = await createDecoderLayers(config, executor, programs, attention)
  const head = await createHeadLoss(config, executor, modelWeights)
  const rotary = createRotaryTables(config)
  const own = new Set(modelParameters(config).map(({ name }) => name))
  const lowest = lowestTrainedLayer(config, parts)
  let stepCount = 0
  let microBatch = 0
  let recomputesActivations = false

  /** Embeds and runs all layers. Gives the last layer's output at the supervised positions [S, D]. */
  async function forward(batch: Batch, kept: Kept): Promise<{ layerBatch: LayerBatch; hidden: Tensor; done: () => void }> {
    const tokens = batch.inputIds.length
    const { cosine, sine } = rotary.tables(batch.positions)
    const rotation = [tokens, 1, config.headSize]
    const layerBatch: LayerBatch = {
      tokens,
      rows: attention.rowsOf(batch),
      cosine: executor.upload(cosine, rotation),
      sine: executor.upload(sine, rotation),
      supervised: batch.supervised,
      supervisedIds: executor.upload(batch.supervised, [batch.supervised.length]),
      moment: { step: stepCount, microBatch },
    }
    const ids = executor.upload(batch.inputIds, [tokens])
    const embedded = await executor.run(
      embed,
      { ...modelWeights.fed(table), ids },
      { hidden: executor.scratch('forward.embedded', [tokens, config.hiddenSize]) },
    )
    let { hidden } = entries(embedded, 'hidden')
    for (let layer = 0; layer < config.layerCount; layer++)
      hidden = await layers.forward(layer, layerBatch, hidden, layer < lowest ? 'nothing' : kept)
    return {
      layerBatch,
      hidden,
      done: () => {
        const { rows, cosine, sine, supervisedIds } = layerBatch
        executor.release(ids, cosine, sine, supervisedIds, ...(rows.shared ? [rows.shared.ids] : []))
      },
    }
  }

  function discardGradients(): void {
    parameters.discardGradients()
    microBatch = 0
  }

  return {
    config,
    parameterCount: elementsOf([...modelParameters(config), ...trained.filter(({ name }) => !own.has(name))]),
    checkpointBytes: (optim) => parameters.checkpointBytes(optim),
    get stepCount() {
      return stepCount
    },
    set stepCount(value) {
      stepCount = value
    },
    get recomputesActivations() {
      return recomputesActivations
    },
    set recomputesActivations(value) {
      recomputesActivations = value
    },
    async accumulateGradients(batch, scale) {
      if (batch.supervised.length === 0) return 0
      const { layerBatch, hidden, done } = await forward(batch, recomputesActivations ? 'inputs' : 'activations')
      const { loss, gradient: outputGradient } = await head.lossAndGradient(hidden, batch.targets, scale)
      let gradient: Tensor | null = outputGradient
      for (let layer = config.layerCount - 1; layer >= lowest && gradient; layer--)
        gradient = await layers.backward(layer, layerBatch, gradient)
      if (gradient && parameters.has(EMBEDDING)) parameters.addGradientRows(EMBEDDING, batch.inputIds, gradient, 1)
      executor.release(hidden, ...(gradient ? [gradient] : []))
      done()
      microBatch++
      return loss
    },
    async evaluate(batch) {
      if (batch.supervised.length === 0) return 0
      const { hidden, done } = await forward(batch, 'nothing')
      const loss = await head.loss(hidden, batch.targets)
      executor.release(hidden)
      done()
      return loss
    },
    gradient: (name) => parameters.gradient(name),
    discardGradients,
    releaseBuffers() {
      discardGradients()
      executor.releaseScratch()
    },
    gradientNorm: () => parameters.gradientNorm(),
    async optimizerStep(hyperparameters) {
      stepCount++
      microBatch = 0
      await parameters.optimizerStep(hyperparameters, stepCount)
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

const elementsOf = (tensors: readonly ParameterShape[]): number =>
  tensors.reduce((sum, { shape }) => sum + count(shape as number[]), 0)
