import type { Batch } from '../3-batches/batch.ts'
import { packBatch } from '../3-batches/packBatch.ts'
import type { ModelConfig } from '../4-graph/config.ts'
import { count } from '../4-graph/elements.ts'
import { EMBEDDING, modelParameters, type ParameterShape } from '../4-graph/parameters.ts'
import { embedding } from '../4-graph/programs/embedding.ts'
import {
  allParameters,
  frozenLayerCount,
  lowestTrainedLayer,
  trainedParameters,
  type TrainedParts,
} from '../4-graph/trainedParts.ts'
import type { Executor, Floats, Tensor } from '../5-exec/executor.ts'
import { createEmbeddingGradient } from './embeddingGradient.ts'
import { createDecoderLayers, type Kept, type LayerBatch } from './decoderLayer.ts'
import { entries } from './entries.ts'
import type { FrozenOutputs } from './frozenOutputs.ts'
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
  /**
   * Where the frozen layers' outputs are kept, so that they are computed once a row: of rows that are learned and of those that are evaluated. Null at
   * first: they are computed for each batch. May be set once, before the first step.
   */
  frozenOutputs: { training: FrozenOutputs | null; evaluation: FrozenOutputs | null }
  /** Forgets the gradients that have been added up since the last step. */
  discardGradients(): void
  /** Lets go of what passes have computed in: the next one takes the memory that it needs. Gradients go with it. */
  releaseBuffers(): void
  /** The accumulated gradient of a parameter, zeros where there is none. */
  gradient(name: string): Promise<Floats>
}

/**
 * The longest batch of which matrices' gradients stay factors until the optimizer uses them (ADR 0023). Their norm takes N²·(in + out) operations where they take
 * N·in·out themselves, so that it is a small share of a short batch; in a long one the gradients are no longer bound by memory.
 */
export const MOST_FACTORED_TOKENS = 256

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
  const addEmbeddingGradient = parameters.has(EMBEDDING) ? await createEmbeddingGradient(config, executor, parameters) : null
  const rotary = createRotaryTables(config)
  const own = new Set(modelParameters(config).map(({ name }) => name))
  const lowest = lowestTrainedLayer(config, parts)
  const frozenLayers = frozenLayerCount(config, parts)
  const frozenOutputs: Decoder['frozenOutputs'] = { training: null, evaluation: null }
  let stepCount = 0
  let microBatch = 0
  let recomputesActivations = false

  function layerBatchOf(batch: Batch): LayerBatch {
    const tokens = batch.inputIds.length
    const { cosine, sine } = rotary.tables(batch.positions)
    const rotation = [tokens, 1, config.headSize]
    return {
      tokens,
      rows: attention.rowsOf(batch),
      cosine: executor.upload(cosine, rotation),
      sine: executor.upload(sine, rotation),
      supervised: batch.supervised,
      supervisedIds: executor.upload(batch.supervised, [batch.supervised.length]),
      moment: { step: stepCount, microBatch },
    }
  }

  const releaseBatch = ({ rows, cosine, sine, supervisedIds }: LayerBatch): void =>
    executor.release(cosine, sine, supervisedIds, ...(rows.shared ? [rows.shared.ids] : []))

  /** [N, D] */
  async function embedded({ inputIds }: Batch): Promise<Tensor> {
    const ids = executor.upload(inputIds, [inputIds.length])
    const result = await executor.run(
      embed,
      { ...modelWeights.fed(table), ids },
      { hidden: executor.scratch('forward.embedded', [inputIds.length, config.hiddenSize]) },
    )
    executor.release(ids)
    return entries(result, 'hidden').hidden
  }

  /** A row by itself, through the frozen layers: [tokens · D]. Beside other rows its numbers would be rounded otherwise, by which ones they are. */
  async function computeFrozen(ids: Int32Array): Promise<Float32Array> {
    const batch = packBatch([{ row: 0, ids: [...ids], labels: [], reasons: [], cutOff: [], warnings: [] }])
    const layerBatch = layerBatchOf(batch)
    let hidden = await embedded(batch)
    for (let layer = 0; layer < frozenLayers; layer++) hidden = await layers.forward(layer, layerBatch, hidden, 'nothing')
    const states = new Float32Array(await executor.download(hidden))
    executor.release(hidden)
    releaseBatch(layerBatch)
    return states
  }

  /** What goes into the first layer that is not frozen, for the laid tokens [N, D]. */
  async function frozenStates(batch: Batch, outputs: FrozenOutputs): Promise<Tensor> {
    const states = new Float32Array(batch.inputIds.length * config.hiddenSize)
    for (const { ids, laid, start } of laidRows(batch)) {
      const ofRow = await outputs.of(ids, () => computeFrozen(ids))
      states.set(ofRow.subarray((ids.length - laid) * config.hiddenSize), start * config.hiddenSize)
    }
    return executor.upload(states, [batch.inputIds.length, config.hiddenSize])
  }

  /** Embeds and runs all layers, but those whose outputs are kept. Gives the last layer's output at the supervised positions [S, D]. */
  async function forward(
    batch: Batch,
    kept: Kept,
    outputs: FrozenOutputs | null,
  ): Promise<{ layerBatch: LayerBatch; hidden: Tensor }> {
    const isKept = outputs !== null && frozenLayers > 0
    let hidden = isKept ? await frozenStates(batch, outputs) : await embedded(batch)
    const layerBatch = layerBatchOf(batch)
    for (let layer = isKept ? frozenLayers : 0; layer < config.layerCount; layer++)
      hidden = await layers.forward(layer, layerBatch, hidden, layer < lowest ? 'nothing' : kept)
    return { layerBatch, hidden }
  }

  /** Whether matrices' gradients can stay factors. Those of adapters are small already. */
  const mayBeFactored = async ({ inputIds }: Batch): Promise<boolean> =>
    parts.adapters === null && inputIds.length <= MOST_FACTORED_TOKENS && executor.takesFactors()

  function discardGradients(): void {
    parameters.discardGradients()
    microBatch = 0
  }

  return {
    config,
    parameterCount: elementsOf([...modelParameters(config), ...trained.filter(({ name }) => !own.has(name))]),
    checkpointBytes: (optim) => parameters.checkpointBytes(optim),
    frozenOutputs,
    get secondsOnce() {
      return frozenOutputs.training?.secondsOnce ?? 0
    },
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
    async accumulateGradients(batch, scale, isWholeStep = false) {
      if (batch.supervised.length === 0) return 0
      const kept = recomputesActivations ? 'inputs' : 'activations'
      const { layerBatch, hidden } = await forward(batch, kept, frozenOutputs.training)
      const factored = isWholeStep && (await mayBeFactored(batch))
      const { loss, gradient: outputGradient } = await head.lossAndGradient(hidden, batch.targets, scale, factored)
      let gradient: Tensor | null = outputGradient
      for (let layer = config.layerCount - 1; layer >= lowest && gradient; layer--)
        gradient = await layers.backward(layer, layerBatch, gradient, factored)
      if (gradient) await addEmbeddingGradient?.(batch.inputIds, gradient)
      executor.release(hidden, ...(gradient ? [gradient] : []))
      releaseBatch(layerBatch)
      microBatch++
      return loss
    },
    async evaluate(batch) {
      if (batch.supervised.length === 0) return 0
      const { layerBatch, hidden } = await forward(batch, 'nothing', frozenOutputs.evaluation)
      const loss = await head.loss(hidden, batch.targets)
      executor.release(hidden)
      releaseBatch(layerBatch)
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

/** The rows of a batch that lay tokens: all the ids of each, how many of them, at its end, it lays itself, and the first of those in the batch. */
function* laidRows({ inputIds, rowStarts, rowLengths, rowTokens }: Batch): Generator<{
  ids: Int32Array
  laid: number
  start: number
}> {
  let read = 0
  for (const [row, length] of rowLengths.entries()) {
    const start = rowStarts[row] ?? 0
    const laid = (rowStarts[row + 1] ?? start) - start
    const ids = rowTokens
      ? rowTokens.subarray(read, read + length).map((token) => inputIds[token] ?? 0)
      : inputIds.slice(start, start + length)
    read += length
    yield { ids, laid, start }
  }
}

const elementsOf = (tensors: readonly ParameterShape[]): number =>
  tensors.reduce((sum, { shape }) => sum + count(shape as number[]), 0)
