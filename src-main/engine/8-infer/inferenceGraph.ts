import { TuneDeskError } from '../../contract/error.ts'
import type { OnnxGraph } from '../../files/onnx.ts'
import { onnxTypeOf } from '../../files/onnxTypeOf.ts'
import type { TensorLocation } from '../../files/safetensors.ts'
import type { ModelConfig } from '../4-graph/config.ts'
import { EMBEDDING, FINAL_NORM, headTableName, layerParameterName, modelParameters } from '../4-graph/parameters.ts'
import { adapterName, NO_PARTS, trainedParameters, type TrainedParts } from '../4-graph/trainedParts.ts'
import { rotaryFrequencies } from '../4-graph/rope.ts'
import { createOnnxBuilder, type OnnxBuilder } from './onnxBuilder.ts'
import { BLOCK_SIZE, blocksOf, ZERO } from '../5-exec/quantiseBlocks.ts'

/** onnxruntime's attention takes heads whose size is a multiple of this (group_query_attention_helper.h). */
const ATTENTION_HEAD_STEP = 16

/** Names of the graph's inputs and outputs, those of Optimum's exports, by which transformers.js feeds a decoder. */
export const CACHE_PARTS = ['key', 'value'] as const
type CachePart = (typeof CACHE_PARTS)[number]
export const pastName = (layer: number, part: CachePart): string => `past_key_values.${layer}.${part}`
const presentName = (layer: number, part: CachePart): string => `present.${layer}.${part}`
/** What `present` has more than the past: an output of ours. */
export const appendedName = (layer: number, part: CachePart): string => `appended.${layer}.${part}`

/** How many channels a head has in the graph: padded to what onnxruntime's attention takes. */
export const paddedHeadSize = ({ headSize }: ModelConfig): number =>
  Math.ceil(headSize / ATTENTION_HEAD_STEP) * ATTENTION_HEAD_STEP

/** x Wᵀ, plus a bias where there is one, by the names of both. */
type Product = (x: string, matrix: string, bias: string[]) => string

/** x Wᵀ + b, rows being tokens. The bias is there where the file has a `<name>.bias` that the model uses. */
type Linear = (x: string, name: string) => string

/** How matrices are multiplied: as they are, or rounded to 8 bits by `quantiseBlocks`. */
export type Precision = 'float32' | 'int8'

/** With 'int8' a weight is in files that are given to the session as memory: a vector under its own name, a matrix under these two. */
export const bytesFile = (name: string): string => `${name}.bytes`
export const scalesFile = (name: string): string => `${name}.scales`

interface GraphParts {
  builder: OnnxBuilder
  config: ModelConfig
  product: Product
  linear: Linear
  norm: (x: string, name: string) => string
  /** The values of all tokens as [batch, sequence, width]. */
  bySequence: (x: string, width: number) => string
}

/**
 * A decoder with a key-value cache whose weights stay where they are: initializers that point into the model's safetensors files.
 *
 * Inputs: `input_ids` [batch, sequence], `attention_mask` [batch, past + sequence], `past_key_values.N.key` and `.value`
 * [batch, key-value heads, past, head], `num_logits_to_keep` (a scalar; 0 keeps all). Outputs: `logits` [batch, kept, vocabulary],
 * `present.N.key` and `.value`, and of these the part of the tokens that were read now, `appended.N.key` and `.value`. All of a batch's rows are
 * equally long; there is no padding. The past may have more rows than the mask says: they have no meaning.
 * @param tensors where the weights lie, by their name in the checkpoint
 * @param contextLength positions that the rotary tables cover
 * @param precision 'int8': no weight lies in the folder, but each in files of memory, see `bytesFile`
 * @param fed what is not read from there: each of its tensors is an input under its name, in float32, and its adapters are added to what their
 * modules give
 * @throws TuneDeskError model/tensor-missing, model/tensor-shape, weights/unsupported-type
 */
export function inferenceGraph(
  config: ModelConfig,
  tensors: ReadonlyMap<string, TensorLocation>,
  contextLength: number,
  precision: Precision = 'float32',
  fed: TrainedParts = NO_PARTS,
): OnnxGraph {
  const builder = createOnnxBuilder()
  const { node, integers } = builder
  const weight = createWeights(builder, config, tensors, precision, fed)
  const isInt8 = (name: string): boolean => precision === 'int8' && !fed.parameters.has(name)
  const product: Product = (x, name, bias) =>
    isInt8(name)
      ? int8Product(builder, weight.shape(name), x, name, bias)
      : node('Gemm', [x, weight.of(name), ...bias], { attributes: { transB: 1 } })
  const linear: Linear = (x, name) => {
    const own = product(x, `${name}.weight`, weight.has(`${name}.bias`) ? [weight.of(`${name}.bias`)] : [])
    const { adapters } = fed
    if (!adapters?.modules.has(name)) return own
    const narrow = node('Gemm', [x, weight.of(adapterName(name, 'A'))], { attributes: { transB: 1 } })
    const attributes = { transB: 1, alpha: { float: adapters.scale } }
    return node('Gemm', [narrow, weight.of(adapterName(name, 'B')), own], { attributes })
  }
  const norm = (x: string, name: string): string =>
    node('SimplifiedLayerNormalization', [x, weight.of(name)], {
      attributes: { axis: -1, epsilon: { float: config.rmsNormEpsilon }, stash_type: 1 },
    })

  const inputIds = builder.input('input_ids', 'int64', ['batch_size', 'sequence_length'])
  builder.input('attention_mask', 'int64', ['batch_size', 'total_sequence_length'])
  builder.input('num_logits_to_keep', 'int64', [])
  const tokensShape = node('Shape', [inputIds])
  const bySequence = (x: string, width: number): string =>
    node('Reshape', [x, node('Concat', [tokensShape, integers(width)], { attributes: { axis: 0 } })])
  const parts: GraphParts = { builder, config, product, linear, norm, bySequence }

  const embedded = isInt8(EMBEDDING)
    ? int8Rows(builder, weight.shape(EMBEDDING), inputIds, EMBEDDING)
    : node('Gather', [weight.of(EMBEDDING), inputIds], { attributes: { axis: 0 } })
  let hidden = node('Reshape', [embedded, integers(-1, config.hiddenSize)])
  const attend = createAttention(parts, contextLength)
  for (let layer = 0; layer < config.layerCount; layer++) {
    const name = (part: string): string => layerParameterName(layer, part)
    hidden = node('Add', [hidden, attend(norm(hidden, name('input_layernorm.weight')), layer)])
    hidden = node('Add', [hidden, feedForward(parts, norm(hidden, name('post_attention_layernorm.weight')), layer)])
  }
  head(parts, hidden)
  return builder.graph
}

/** The weights that the model has, each an input where it is fed, else an initializer, once it is used. */
function createWeights(
  builder: OnnxBuilder,
  config: ModelConfig,
  tensors: ReadonlyMap<string, TensorLocation>,
  precision: Precision,
  fed: TrainedParts,
) {
  const fedShapes = new Map(trainedParameters(config, fed).map(({ name, shape }) => [name, shape]))
  const parameters = new Map(modelParameters(config).map(({ name, shape }) => [name, shape]))
  const missing = [...parameters.keys()].filter((name) => !fedShapes.has(name) && !tensors.has(name))
  if (missing[0] !== undefined) throw new TuneDeskError('model/tensor-missing', { name: missing[0], count: missing.length })

  const values = new Map<string, string>()
  const add = (name: string): string => {
    const fedShape = fedShapes.get(name)
    if (fedShape) return builder.input(name, 'float32', [...fedShape])
    const wanted = parameters.get(name)
    const tensor = tensors.get(name)
    if (!tensor || !wanted) throw new Error(`the model has no weight ${name}`)
    const { dtype, shape, file, offset, byteLength } = tensor
    if (shape.join() !== wanted.join())
      throw new TuneDeskError('model/tensor-shape', { name, found: shape.join(' × '), wanted: wanted.join(' × ') })
    const type = onnxTypeOf(tensor)
    if (precision === 'int8') return inMemory(builder, name, 'float32', shape)
    builder.initializer({ name, type, shape, external: { location: file, offset, length: byteLength } })
    // A processor computes in float32: onnxruntime widens such weights once, when it loads the graph.
    return dtype === 'F32' ? name : builder.node('Cast', [name], { attributes: { to: FLOAT32 } })
  }
  return {
    has: (name: string): boolean => parameters.has(name),
    shape: (name: string): readonly number[] => parameters.get(name) ?? [],
    of(name: string): string {
      const value = values.get(name) ?? add(name)
      values.set(name, value)
      return value
    },
  }
}

/** An initializer that is the whole of a file of its own. */
function inMemory(builder: OnnxBuilder, name: string, type: 'float32' | 'uint8', shape: readonly number[]): string {
  const length = shape.reduce((product, size) => product * size, type === 'uint8' ? 1 : Float32Array.BYTES_PER_ELEMENT)
  return builder.initializer({ name, type, shape, external: { location: name, offset: 0, length } })
}

/** Multiplies in 8 bits: the tokens' values are rounded in blocks as the matrices are, and sums are whole numbers. */
function int8Product(builder: OnnxBuilder, shape: readonly number[], x: string, name: string, bias: string[]): string {
  const [rows = 0, columns = 0] = shape
  const { bytes, scales } = int8Matrix(builder, shape, name)
  const inputs = [x, bytes, scales, ...(bias.length > 0 ? ['', '', ...bias] : [])]
  const attributes = { N: rows, K: columns, bits: 8, block_size: BLOCK_SIZE, accuracy_level: INT8_SUMS }
  return builder.microsoftNode('MatMulNBits', inputs, { attributes })
}

/** Some rows of a matrix in 8 bits, as float32. */
function int8Rows(builder: OnnxBuilder, shape: readonly number[], indices: string, name: string): string {
  const { node, integers } = builder
  const [, columns = 0] = shape
  const { bytes, scales } = int8Matrix(builder, shape, name)
  const flat = node('Reshape', [indices, integers(-1)])
  const rowsOf = (table: string): string => node('Gather', [table, flat], { attributes: { axis: 0 } })
  const whole = node('Cast', [rowsOf(bytes)], { attributes: { to: FLOAT32 } })
  const signed = node('Sub', [whole, builder.floats(Float32Array.of(ZERO), [])])
  const scaled = node('Mul', [signed, node('Unsqueeze', [rowsOf(scales), integers(2)])])
  return node('Slice', [node('Reshape', [scaled, integers(0, -1)]), integers(0), integers(columns), integers(1)])
}

/** Both parts of a matrix; a tied embedding is looked up and multiplied with, but there once. */
function int8Matrix(builder: OnnxBuilder, [rows = 0, columns = 0]: readonly number[], name: string) {
  const [bytes, scales] = [bytesFile(name), scalesFile(name)]
  if (!builder.graph.initializers.some((tensor) => tensor.name === bytes)) {
    inMemory(builder, bytes, 'uint8', [rows, blocksOf(columns), BLOCK_SIZE])
    inMemory(builder, scales, 'float32', [rows, blocksOf(columns)])
  }
  return { bytes, scales }
}

/** MatMulNBits's accuracy_level: with any other one onnxruntime widens the whole matrix for every token, which takes 20 times as long. */
const INT8_SUMS = 4

/** TensorProto.DataType, as Cast's attribute takes it. */
const FLOAT32 = 1
const INT32 = 6

/**
 * Attention of one layer over the cache and itself, from normed tokens to the output projection.
 *
 * onnxruntime's GroupQueryAttention turns queries and keys itself, after what is done to them here (qwen3's norm), by tables of cosine and sine.
 */
function createAttention(
  { builder, config, linear, norm, bySequence }: GraphParts,
  contextLength: number,
): (x: string, layer: number) => string {
  const { node, integers } = builder
  const { headCount, keyValueHeadCount, headSize } = config
  const padded = paddedHeadSize(config)
  const { cosine, sine } = rotaryTables(builder, config, contextLength)
  const toInt32 = { attributes: { to: INT32 } }
  const lastKey = node('Sub', [node('ReduceSum', ['attention_mask', integers(1)], { attributes: { keepdims: 0 } }), integers(1)])
  const keyCounts = node('Cast', [lastKey], toInt32)
  const total = node('Shape', ['attention_mask'], { attributes: { start: 1, end: 2 } })
  const totalLength = node('Cast', [node('Squeeze', [total])], toInt32)
  const pastLength = node('Sub', [total, node('Shape', ['input_ids'], { attributes: { start: 1, end: 2 } })])

  /** Zeros behind each half of each head up to the padded size, and back: they change no product, and rotation keeps the halves apart. */
  const pad = (x: string, heads: number): string => {
    if (padded === headSize) return bySequence(x, heads * headSize)
    const halves = node('Reshape', [x, integers(-1, heads, 2, headSize / 2)])
    const wide = node('Pad', [halves, integers(0, 0, 0, 0, 0, 0, 0, (padded - headSize) / 2)])
    return bySequence(wide, heads * padded)
  }
  const unpad = (x: string): string => {
    if (padded === headSize) return node('Reshape', [x, integers(-1, headCount * headSize)])
    const halves = node('Reshape', [x, integers(-1, headCount, 2, padded / 2)])
    const narrow = node('Slice', [halves, integers(0), integers(headSize / 2), integers(3)])
    return node('Reshape', [narrow, integers(-1, headCount * headSize)])
  }
  const normHeads = (x: string, name: string): string =>
    config.queryKeyNorm ? norm(node('Reshape', [x, integers(-1, headSize)]), name) : x

  return (x, layer) => {
    const name = (part: string): string => layerParameterName(layer, `self_attn.${part}`)
    const query = pad(normHeads(linear(x, name('q_proj')), name('q_norm.weight')), headCount)
    const key = pad(normHeads(linear(x, name('k_proj')), name('k_norm.weight')), keyValueHeadCount)
    const value = pad(linear(x, name('v_proj')), keyValueHeadCount)
    const cache = (length: string): (number | string)[] => ['batch_size', keyValueHeadCount, length, padded]
    for (const part of CACHE_PARTS) builder.input(pastName(layer, part), 'float32', cache('past_sequence_length'))
    const past = [pastName(layer, 'key'), pastName(layer, 'value')]
    const window = config.slidingWindow[layer] ?? null
    const attended = builder.microsoftNode(
      'GroupQueryAttention',
      [query, key, value, ...past, keyCounts, totalLength, cosine, sine],
      {
        attributes: {
          num_heads: headCount,
          kv_num_heads: keyValueHeadCount,
          do_rotary: 1,
          scale: { float: 1 / Math.sqrt(headSize) },
          // Both count the token itself.
          ...(window === null ? {} : { local_window_size: window }),
        },
        outputs: [`attended.${layer}`, presentName(layer, 'key'), presentName(layer, 'value')],
      },
    )
    for (const part of CACHE_PARTS) {
      builder.output(presentName(layer, part), 'float32', cache('present_sequence_length'))
      node('Slice', [presentName(layer, part), pastLength, total, integers(2)], { outputs: [appendedName(layer, part)] })
      builder.output(appendedName(layer, part), 'float32', cache('sequence_length'))
    }
    return linear(unpad(attended), name('o_proj'))
  }
}

/** Cosine and sine of every position, [context, padded head / 2]. onnxruntime computes them when it loads the graph. */
function rotaryTables(builder: OnnxBuilder, config: ModelConfig, contextLength: number): { cosine: string; sine: string } {
  const { node, integer, integers } = builder
  const { inverseFrequencies, attentionFactor } = rotaryFrequencies(config.rope, config.headSize)
  const half = paddedHeadSize(config) / 2
  const frequencies = new Float32Array(half)
  frequencies.set(inverseFrequencies)
  const positions = node('Range', [integer(0), integer(contextLength), integer(1)])
  const column = node('Unsqueeze', [node('Cast', [positions], { attributes: { to: FLOAT32 } }), integers(1)])
  const angles = node('Mul', [column, builder.floats(frequencies, [1, half])])
  const scaled = (x: string): string =>
    attentionFactor === 1 ? x : node('Mul', [x, builder.floats(Float32Array.of(attentionFactor), [])])
  return { cosine: scaled(node('Cos', [angles])), sine: scaled(node('Sin', [angles])) }
}

/** SwiGLU (Shazeer 2020, arXiv:2002.05202): down(silu(gate(x)) · up(x)). */
function feedForward({ builder: { node }, linear }: GraphParts, x: string, layer: number): string {
  const name = (part: string): string => layerParameterName(layer, `mlp.${part}_proj`)
  const gate = linear(x, name('gate'))
  const activated = node('Mul', [gate, node('Sigmoid', [gate])])
  return linear(node('Mul', [activated, linear(x, name('up'))]), name('down'))
}

/** Scores of the next token, for the last `num_logits_to_keep` tokens of each row. */
function head({ builder, config, product, norm, bySequence }: GraphParts, hidden: string): void {
  const { node, integers } = builder
  const { hiddenSize, vocabularySize } = config
  const first = node('Neg', [node('Reshape', ['num_logits_to_keep', integers(1)])])
  const kept = node('Slice', [bySequence(hidden, hiddenSize), first, integers(Number.MAX_SAFE_INTEGER), integers(1)])
  const normed = norm(node('Reshape', [kept, integers(-1, hiddenSize)]), FINAL_NORM)
  const logits = product(normed, headTableName(config), [])
  const keptShape = node('Shape', [kept], { attributes: { start: 0, end: 2 } })
  const shape = node('Concat', [keptShape, integers(vocabularySize)], { attributes: { axis: 0 } })
  node('Reshape', [logits, shape], { outputs: ['logits'] })
  builder.output('logits', 'float32', ['batch_size', 'kept_length', vocabularySize])
}
