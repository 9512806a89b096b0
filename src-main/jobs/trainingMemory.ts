import type { TrainingSettings } from '../contract/trainingSettings.ts'
import type { ModelConfig } from '../engine/4-graph/config.ts'
import { count } from '../engine/4-graph/elements.ts'
import {
  afterAttentionParameters,
  beforeAttentionParameters,
  headTableName,
  LAYERS,
  modelParameters,
  type ParameterShape,
} from '../engine/4-graph/parameters.ts'
import { partsToTrain } from '../engine/4-graph/partsToTrain.ts'
import {
  isMatrix,
  lowestTrainedLayer,
  trainedLayers,
  trainedParameters,
  trains,
  trainsAll,
} from '../engine/4-graph/trainedParts.ts'
import { blocksOf } from '../engine/5-exec/quantiseBlocks.ts'
import { QUERIES_AT_ONCE, SCORES_PER_HEAD } from '../engine/5-exec/rowGroups.ts'
import { optimizerStateBytes } from '../engine/6-train/optimizers/optimizers.ts'
import { MOST_FACTORED_TOKENS } from '../engine/6-train/decoder.ts'
import type { Kept } from '../engine/6-train/decoderLayer.ts'
import type { StepMemory } from '../engine/6-train/stepMemory.ts'
import { parameterCountOf } from './model.ts'
import type { BatchShape } from './trainingCost.ts'

/** A row, as far as its memory depends on it. */
export interface RowSize {
  tokens: number
  /** How many of them teach the model. */
  supervised: number
}

/** The rows of a training. */
export interface RowSizes {
  learnedFrom: readonly RowSize[]
  /** Empty where nothing is evaluated. */
  heldOut: readonly RowSize[]
}

export const BYTES_PER_FLOAT = 4
/** The engine's process with its libraries and a tokenizer, before it opens a model. Measured. */
const PROCESS_BYTES = 350e6
/** Of a token in one layer, in vectors of the intermediate size: what a program holds between its inputs and outputs. Measured. */
const WORKING_VECTORS = 12
/** Of a pair of tokens in one head: scores, weights and their gradients. Measured. */
const WORKING_SCORES = 4
/** Scores of a token that there are at once where no gradient is wanted: the head goes through the vocabulary in blocks. */
const SCORES_AT_ONCE = 2048
/** What allocators keep beside what they were asked for. Measured. */
const ALLOCATION_OVERHEAD = 1.4

/** Bytes of what is trained, whatever the batches are. */
export interface ParameterBytes {
  weights: number
  gradients: number
  /** Of those, what is never there while a step is short enough for it to stay factors: the gradients of layers' matrices, and of the head's table. */
  factorable: number
  /** Of such factors, for each token. */
  factorsPerToken: number
  optimizer: number
}

/** @throws TuneDeskError settings/lora-… */
export function parameterBytes(config: ModelConfig, settings: TrainingSettings): ParameterBytes {
  const trained = trainedParameters(config, partsToTrain(config, settings))
  const floatsOf = (some: typeof trained): number =>
    BYTES_PER_FLOAT * some.reduce((sum, { shape }) => sum + count(shape as number[]), 0)
  const floats = floatsOf(trained)
  const matrices = trained.filter(({ name, shape }) => name.startsWith('model.layers.') && shape.length > 1)
  // Adafactor goes over a gradient more than once, and so makes all of it. The table's factors are the head's scores, which are there anyway.
  const table = trained.filter(({ name }) => name === headTableName(config) && settings.optim !== 'adafactor')
  return {
    weights: floats,
    gradients: floats,
    factorable: floatsOf([...matrices, ...table]),
    factorsPerToken: BYTES_PER_FLOAT * matrices.reduce((sum, { shape: [out = 0, inner = 0] }) => sum + out + inner, 0),
    optimizer: optimizerStateBytes(settings.optim, trained),
  }
}

/**
 * Bytes that frozen weights take in this process: those of layers that are held in 8 bits, and those of one layer in float32, which the layers
 * use one after another. Others are mapped from their file: they take room only as the system's file cache.
 * @throws as `parameterBytes`
 */
export function frozenBytes(config: ModelConfig, settings: TrainingSettings): number {
  if (!settings.load_in_8bit) return 0
  const { parameters } = partsToTrain(config, settings)
  const held = modelParameters(config).filter(({ name }) => name.startsWith(LAYERS) && !parameters.has(name))
  const unpacked = [...beforeAttentionParameters(config), ...afterAttentionParameters(config)].filter(isMatrix)
  return (
    held.reduce((sum, each) => sum + bytesIn8bit(each), 0) +
    unpacked.reduce((sum, { shape }) => sum + BYTES_PER_FLOAT * count(shape), 0)
  )
}

/** Of a matrix a byte for each number and a scale for each block of them; of a vector all that it is. */
const bytesIn8bit = ({ shape }: Pick<ParameterShape, 'shape'>): number =>
  isMatrix({ shape }) ? count(shape) + BYTES_PER_FLOAT * blocksOf(count(shape)) : BYTES_PER_FLOAT * count(shape)

/** Bytes of what is saved: an adapter by itself, else the whole model; and of what a checkpoint has beside it. @throws as `parameterBytes` */
export function savedBytes(config: ModelConfig, settings: TrainingSettings): Pick<ParameterBytes, 'weights' | 'optimizer'> {
  const { weights, optimizer } = parameterBytes(config, settings)
  return { weights: settings.method === 'lora' ? weights : BYTES_PER_FLOAT * parameterCountOf(config), optimizer }
}

/**
 * Bytes of a forward and backward pass over a batch, beside the parameters'.
 * @param kept of each layer that the way back goes through, until then
 * @param layersBack how many those are
 */
function passBytes(config: ModelConfig, { lengths, supervised }: BatchShape, kept: Kept, layersBack: number): number {
  const { hiddenSize, intermediateSize, headCount, keyValueHeadCount, headSize, vocabularySize } = config
  const tokens = lengths.reduce((sum, length) => sum + length, 0)
  const longest = lengths.reduce((most, length) => Math.max(most, length), 0)
  // Of a token in one layer: query, key, value, what attention gives and what it adds up to, gate and up.
  const activations = 2 * (headCount + keyValueHeadCount) * headSize + hiddenSize + 2 * intermediateSize
  const layers = {
    activations: layersBack * (hiddenSize + activations),
    inputs: layersBack * hiddenSize + activations,
    nothing: hiddenSize + activations,
  }[kept]
  const working = WORKING_VECTORS * intermediateSize
  const pairs = Math.max(Math.min(longest, QUERIES_AT_ONCE) * longest, Math.min(SCORES_PER_HEAD, tokens * longest))
  const scores = kept === 'nothing' ? Math.min(SCORES_AT_ONCE, vocabularySize) : vocabularySize
  const head = supervised * (scores + WORKING_VECTORS * hiddenSize)
  return ALLOCATION_OVERHEAD * BYTES_PER_FLOAT * (tokens * (layers + working) + pairs * WORKING_SCORES * headCount + head)
}

/** As large a batch of so many rows as can come together, whatever their order. */
export function largestBatch(rows: readonly RowSize[], count: number): BatchShape {
  const largest = (values: number[]): number[] => values.sort((a, b) => b - a).slice(0, count)
  return {
    lengths: largest(rows.map(({ tokens }) => tokens)),
    supervised: largest(rows.map(({ supervised }) => supervised)).reduce((sum, value) => sum + value, 0),
  }
}

/** The bytes that the engine's process holds at most while it trains on such rows and evaluates them. */
export function trainingBytes(
  config: ModelConfig,
  settings: TrainingSettings,
  { learnedFrom, heldOut }: RowSizes,
  { rowsAtOnce, recomputes }: StepMemory,
): number {
  const { weights, gradients, factorable, factorsPerToken, optimizer } = parameterBytes(config, settings)
  const { per_device_train_batch_size, per_device_eval_batch_size, gradient_accumulation_steps } = settings
  // The gradient of a layer is computed beside the sum that it is added to.
  const isAccumulated = rowsAtOnce !== null || gradient_accumulation_steps > 1
  const parts = partsToTrain(config, settings)
  const layers = trainedLayers(config, parts).filter(({ before, after }) => trains(before) || trains(after)).length
  const addend = isAccumulated ? gradients / Math.max(1, layers) : 0
  // Where a model is saved of which a part is frozen, each frozen weight is read for that; the largest is the table.
  const copied =
    settings.method === 'full' && !trainsAll(config, parts) ? BYTES_PER_FLOAT * config.vocabularySize * config.hiddenSize : 0
  const layersBack = config.layerCount - lowestTrainedLayer(config, parts)
  const pass = (rows: readonly RowSize[], size: number, kept: Kept): number =>
    passBytes(config, largestBatch(rows, Math.min(rowsAtOnce ?? size, size)), kept, layersBack)
  const tokens = largestBatch(learnedFrom, per_device_train_batch_size).lengths.reduce((sum, length) => sum + length, 0)
  const isFactored = settings.method === 'full' && !isAccumulated && tokens <= MOST_FACTORED_TOKENS
  const held = isFactored ? gradients - factorable + tokens * factorsPerToken : gradients
  const training = addend + pass(learnedFrom, per_device_train_batch_size, recomputes ? 'inputs' : 'activations')
  const evaluation = pass(heldOut, per_device_eval_batch_size, 'nothing')
  return PROCESS_BYTES + frozenBytes(config, settings) + weights + held + optimizer + copied + Math.max(training, evaluation)
}
