import {
  MICROSOFT,
  type OnnxAttribute,
  type OnnxGraph,
  type OnnxInitializer,
  type OnnxNode,
  type OnnxType,
  type OnnxValue,
} from '../../files/onnx.ts'
import type { TensorLocation } from '../../files/safetensors.ts'
import type { ModelConfig } from '../4-graph/config.ts'
import { EMBEDDING, FINAL_NORM, headTableName, layerParameterName } from '../4-graph/parameters.ts'
import { rotaryFrequencies } from '../4-graph/rope.ts'

/** ONNX types of the weights that a graph can read in place. */
const STORED_TYPES: Partial<Record<string, OnnxType>> = { F32: 'float32', F16: 'float16', BF16: 'bfloat16' }
/** Slice's end: as far as there is. */
const TO_THE_END = 2 ** 40

/** Collects nodes and initializers under fresh names. */
function createBuilder() {
  const nodes: OnnxNode[] = []
  const initializers: OnnxInitializer[] = []
  let fresh = 0
  const name = (): string => `value.${fresh++}`
  const one = (operator: string, inputs: string[], attributes: Record<string, OnnxAttribute> = {}): string => {
    const output = name()
    nodes.push({ operator, inputs, outputs: [output], attributes })
    return output
  }
  const constant = (type: OnnxType, shape: number[], data: Float32Array | BigInt64Array): string => {
    const constantName = name()
    initializers.push({ name: constantName, type, shape, data: new Uint8Array(data.buffer) })
    return constantName
  }
  const integers = (...values: number[]): string => constant('int64', [values.length], BigInt64Array.from(values, BigInt))
  const integer = (value: number): string => constant('int64', [], BigInt64Array.of(BigInt(value)))
  return { nodes, initializers, one, constant, integers, integer }
}

/**
 * A decoder for generation, with the weights left where they are: its initializers point into the model folder's safetensors files.
 * Inputs and outputs are named as transformers.js names them: input_ids, attention_mask, past_key_values.N.key and .value
 * [1, kvHeads, past, head] → logits [1, S, V], present.N.key and .value. `num_logits_to_keep` (a scalar): logits of that many last
 * positions only, 0 for all. The batch is one row.
 * @param contextLength positions that the rotary tables cover
 */
export function inferenceGraph(
  config: ModelConfig,
  tensors: ReadonlyMap<string, TensorLocation>,
  contextLength: number,
): OnnxGraph {
  const { layerCount, headCount, keyValueHeadCount, headSize, rmsNormEpsilon } = config
  const { nodes, initializers, one, constant, integers, integer } = createBuilder()

  const weightNames = new Map<string, string>()
  const weight = (name: string): string => {
    const known = weightNames.get(name)
    if (known !== undefined) return known
    const location = tensors.get(name)
    const type = location && STORED_TYPES[location.dtype]
    if (!location || !type) throw new Error(`no readable weight ${name}`)
    const { file, offset, byteLength, shape } = location
    initializers.push({ name, type, shape, external: { location: file, offset, length: byteLength } })
    const used = type === 'float32' ? name : one('Cast', [name], { to: 1 })
    weightNames.set(name, used)
    return used
  }
  /** x [rows, in] → [rows, out] */
  const linear = (from: string, name: string): string => {
    const bias = tensors.has(`${name}.bias`) ? [weight(`${name}.bias`)] : []
    return one('Gemm', [from, weight(`${name}.weight`), ...bias], { transB: 1 })
  }
  const norm = (from: string, name: string): string =>
    one('SimplifiedLayerNormalization', [from, weight(name)], { axis: -1, epsilon: { float: rmsNormEpsilon }, stash_type: 1 })

  // Cosine and sine of every position; folded into tables when the session is made.
  const { inverseFrequencies, attentionFactor } = rotaryFrequencies(config.rope, headSize)
  const positions = one('Cast', [one('Range', [integer(0), integer(contextLength), integer(1)])], { to: 1 })
  const angles = one('Mul', [
    one('Unsqueeze', [positions, integers(1)]),
    constant('float32', [1, headSize / 2], inverseFrequencies),
  ])
  const factor = constant('float32', [], Float32Array.of(attentionFactor))
  const cosine = one('Mul', [one('Cos', [angles]), factor])
  const sine = one('Mul', [one('Sin', [angles]), factor])

  const lastToken = one('Cast', [one('Sub', [one('ReduceSum', ['attention_mask', integers(1)], { keepdims: 0 }), integers(1)])], {
    to: 6,
  })
  const totalLength = one('Cast', [one('Squeeze', [one('Shape', ['attention_mask'], { start: 1, end: 2 })])], { to: 6 })

  const cacheInputs: OnnxValue[] = []
  const cacheOutputs: OnnxValue[] = []
  const cache = (name: string, length: string): OnnxValue => ({
    name,
    type: 'float32',
    shape: [1, keyValueHeadCount, length, headSize],
  })

  /** The last two axes as heads, each normalised, and back. */
  const headNorm = (from: string, name: string, heads: number): string =>
    one('Reshape', [norm(one('Reshape', [from, integers(-1, headSize)]), name), integers(-1, heads * headSize)])

  let hidden = one('Gather', [weight(EMBEDDING), one('Reshape', ['input_ids', integers(-1)])], { axis: 0 })
  for (let layer = 0; layer < layerCount; layer++) {
    const part = (name: string): string => layerParameterName(layer, name)
    const normalised = norm(hidden, part('input_layernorm.weight'))
    const project = (name: 'q' | 'k' | 'v', heads: number): string => {
      const flat = linear(normalised, part(`self_attn.${name}_proj`))
      const normed = config.queryKeyNorm && name !== 'v' ? headNorm(flat, part(`self_attn.${name}_norm.weight`), heads) : flat
      return one('Reshape', [normed, integers(1, -1, heads * headSize)])
    }
    const [pastKey, pastValue] = [`past_key_values.${layer}.key`, `past_key_values.${layer}.value`]
    const [presentKey, presentValue] = [`present.${layer}.key`, `present.${layer}.value`]
    cacheInputs.push(cache(pastKey, 'past_sequence_length'), cache(pastValue, 'past_sequence_length'))
    cacheOutputs.push(cache(presentKey, 'total_sequence_length'), cache(presentValue, 'total_sequence_length'))
    const window = config.slidingWindow[layer] ?? null
    const context = `context.${layer}`
    nodes.push({
      operator: 'GroupQueryAttention',
      domain: MICROSOFT,
      inputs: [
        project('q', headCount),
        project('k', keyValueHeadCount),
        project('v', keyValueHeadCount),
        pastKey,
        pastValue,
        lastToken,
        totalLength,
        cosine,
        sine,
      ],
      outputs: [context, presentKey, presentValue],
      attributes: {
        num_heads: headCount,
        kv_num_heads: keyValueHeadCount,
        do_rotary: 1,
        rotary_interleaved: 0,
        scale: { float: 1 / Math.sqrt(headSize) },
        // Both count the token itself.
        ...(window !== null && { local_window_size: window }),
      },
    })
    const attended = one('Add', [
      hidden,
      linear(one('Reshape', [context, integers(-1, headCount * headSize)]), part('self_attn.o_proj')),
    ])
    const inner = norm(attended, part('post_attention_layernorm.weight'))
    const gate = linear(inner, part('mlp.gate_proj'))
    const activated = one('Mul', [one('Mul', [gate, one('Sigmoid', [gate])]), linear(inner, part('mlp.up_proj'))])
    hidden = one('Add', [attended, linear(activated, part('mlp.down_proj'))])
  }

  const kept = one('Neg', [one('Reshape', ['num_logits_to_keep', integers(1)])])
  const last = one('Slice', [hidden, kept, integers(TO_THE_END), integers(0)])
  const scores = one('Gemm', [norm(last, FINAL_NORM), weight(headTableName(config))], { transB: 1 })
  nodes.push({ operator: 'Reshape', inputs: [scores, integers(1, -1, config.vocabularySize)], outputs: ['logits'] })
  return {
    nodes,
    initializers,
    inputs: [
      { name: 'input_ids', type: 'int64', shape: [1, 'sequence_length'] },
      { name: 'attention_mask', type: 'int64', shape: [1, 'total_sequence_length'] },
      { name: 'num_logits_to_keep', type: 'int64', shape: [] },
      ...cacheInputs,
    ],
    outputs: [{ name: 'logits', type: 'float32', shape: [1, 'kept_length', config.vocabularySize] }, ...cacheOutputs],
  }
}
