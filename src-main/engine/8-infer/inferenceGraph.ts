import { TuneDeskError } from '../../contract/error.ts'
import type { OnnxGraph, OnnxType } from '../../files/onnx.ts'
import type { TensorLocation } from '../../files/safetensors.ts'
import type { ModelConfig } from '../4-graph/config.ts'
import { EMBEDDING, FINAL_NORM, headTableName, layerParameterName, modelParameters } from '../4-graph/parameters.ts'
import { rotaryFrequencies } from '../4-graph/rope.ts'
import { createOnnxBuilder, type OnnxBuilder } from './onnxBuilder.ts'

/** onnxruntime's attention takes heads whose size is a multiple of this (group_query_attention_helper.h). */
const ATTENTION_HEAD_STEP = 16

/** Names of the graph's inputs and outputs, those of Optimum's exports, by which transformers.js feeds a decoder. */
export const pastName = (layer: number, part: 'key' | 'value'): string => `past_key_values.${layer}.${part}`
export const presentName = (layer: number, part: 'key' | 'value'): string => `present.${layer}.${part}`

/** How many channels a head has in the graph: padded to what onnxruntime's attention takes. */
export const paddedHeadSize = ({ headSize }: ModelConfig): number =>
  Math.ceil(headSize / ATTENTION_HEAD_STEP) * ATTENTION_HEAD_STEP

/** x Wᵀ + b, rows being tokens. The bias is there where the file has a `<name>.bias` that the model uses. */
type Linear = (x: string, name: string) => string

interface GraphParts {
  builder: OnnxBuilder
  config: ModelConfig
  weight: (name: string) => string
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
 * `present.N.key` and `.value`. All of a batch's rows are equally long; there is no padding.
 * @param tensors where the weights lie, by their name in the checkpoint
 * @param contextLength positions that the rotary tables cover
 * @throws TuneDeskError model/tensor-missing, model/tensor-shape, weights/unsupported-type
 */
export function inferenceGraph(
  config: ModelConfig,
  tensors: ReadonlyMap<string, TensorLocation>,
  contextLength: number,
): OnnxGraph {
  const builder = createOnnxBuilder()
  const { node, integers } = builder
  const weight = createWeights(builder, config, tensors)
  const linear: Linear = (x, name) => {
    const bias = weight.has(`${name}.bias`) ? [weight.of(`${name}.bias`)] : []
    return node('Gemm', [x, weight.of(`${name}.weight`), ...bias], { attributes: { transB: 1 } })
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
  const parts: GraphParts = { builder, config, weight: weight.of, linear, norm, bySequence }

  const embedded = node('Gather', [weight.of(EMBEDDING), inputIds], { attributes: { axis: 0 } })
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

/** The weights that the model has, each an initializer once it is used. */
function createWeights(builder: OnnxBuilder, config: ModelConfig, tensors: ReadonlyMap<string, TensorLocation>) {
  const parameters = new Map(modelParameters(config).map(({ name, shape }) => [name, shape]))
  const missing = [...parameters.keys()].filter((name) => !tensors.has(name))
  if (missing[0] !== undefined) throw new TuneDeskError('model/tensor-missing', { name: missing[0], count: missing.length })

  const values = new Map<string, string>()
  const add = (name: string): string => {
    const tensor = tensors.get(name)
    const wanted = parameters.get(name)
    if (!tensor || !wanted) throw new Error(`the model has no weight ${name}`)
    const { dtype, shape, file, offset, byteLength } = tensor
    if (shape.join() !== wanted.join())
      throw new TuneDeskError('model/tensor-shape', { name, found: shape.join(' × '), wanted: wanted.join(' × ') })
    const type = onnxType(tensor)
    builder.initializer({ name, type, shape, external: { location: file, offset, length: byteLength } })
    // A processor computes in float32: onnxruntime widens such weights once, when it loads the graph.
    return dtype === 'F32' ? name : builder.node('Cast', [name], { attributes: { to: FLOAT32 } })
  }
  return {
    has: (name: string): boolean => parameters.has(name),
    of(name: string): string {
      const value = values.get(name) ?? add(name)
      values.set(name, value)
      return value
    },
  }
}

/** TensorProto.DataType, as Cast's attribute takes it. */
const FLOAT32 = 1
const INT32 = 6

function onnxType({ name, dtype, file }: TensorLocation): OnnxType {
  switch (dtype) {
    case 'F32':
      return 'float32'
    case 'F16':
      return 'float16'
    case 'BF16':
      return 'bfloat16'
    default:
      throw new TuneDeskError('weights/unsupported-type', { file, tensor: name, dtype, supported: 'F32, F16, BF16' })
  }
}

/**
 * Attention of one layer over the cache and itself, from normed tokens to the output projection.
 *
 * onnxruntime's GroupQueryAttention turns queries and keys itself, after what is done to them here (qwen3's norm), by tables of cosine and sine.
 */
function createAttention(
  { builder, config, linear, norm, bySequence }: GraphParts,
  contextLength: number,
): (x: string, layer: number) => string {
  const { node, integer, integers } = builder
  const { headCount, keyValueHeadCount, headSize } = config
  const padded = paddedHeadSize(config)
  const { cosine, sine } = rotaryTables(builder, config, contextLength)
  const toInt32 = { attributes: { to: INT32 } }
  const lastKey = node('Sub', [node('ReduceSum', ['attention_mask', integers(1)], { attributes: { keepdims: 0 } }), integers(1)])
  const keyCounts = node('Cast', [lastKey], toInt32)
  const totalLength = node('Cast', [node('Gather', [node('Shape', ['attention_mask']), integer(1)])], toInt32)

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
    for (const part of ['key', 'value'] as const) {
      builder.input(pastName(layer, part), 'float32', cache('past_sequence_length'))
      builder.output(presentName(layer, part), 'float32', cache('total_sequence_length'))
    }
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
function head({ builder, config, weight, norm, bySequence }: GraphParts, hidden: string): void {
  const { node, integers } = builder
  const { hiddenSize, vocabularySize } = config
  const first = node('Neg', [node('Reshape', ['num_logits_to_keep', integers(1)])])
  const kept = node('Slice', [bySequence(hidden, hiddenSize), first, integers(Number.MAX_SAFE_INTEGER), integers(1)])
  const normed = norm(node('Reshape', [kept, integers(-1, hiddenSize)]), FINAL_NORM)
  const logits = node('Gemm', [normed, weight(headTableName(config))], { attributes: { transB: 1 } })
  const keptShape = node('Shape', [kept], { attributes: { start: 0, end: 2 } })
  const shape = node('Concat', [keptShape, integers(vocabularySize)], { attributes: { axis: 0 } })
  node('Reshape', [logits, shape], { outputs: ['logits'] })
  builder.output('logits', 'float32', ['batch_size', 'kept_length', vocabularySize])
}
