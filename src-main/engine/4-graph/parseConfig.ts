import { z } from 'zod'
import { TuneDeskError } from '../../contract/error.ts'
import { MAX_LAYERS, MAX_VOCABULARY, MAX_WIDTH } from '../../files/limits.ts'
import type { Family, ModelConfig } from './config.ts'
import { parseRope, ROPE_FIELDS } from './parseRope.ts'

/** What a config class of transformers assumes where `config.json` is silent, and where its modelling code puts biases. */
interface FamilyRules {
  vocabularySize: number
  intermediateSize: number
  maxPositions: number
  /** null: as many as there are query heads. */
  keyValueHeadCount: number | null
  /** null: hidden_size / num_attention_heads, rounded down. */
  headSize: number | null
  queryKeyValueBias: boolean | 'attention_bias'
  outputBias: boolean | 'attention_bias'
  mlpBias: boolean | 'mlp_bias'
  queryKeyNorm: boolean
  /** `all`: sliding_window holds for every layer; `listed`: for the layers that layer_types or max_window_layers name. */
  slidingWindow: 'none' | 'all' | 'listed'
}

/** Source: transformers 5.23, models/<family>/configuration_<family>.py (fields) and modeling_<family>.py (nn.Linear's `bias`). */
const FAMILIES: Record<Family, FamilyRules> = {
  qwen2: {
    vocabularySize: 151936,
    intermediateSize: 22016,
    maxPositions: 32768,
    keyValueHeadCount: 32,
    headSize: null,
    queryKeyValueBias: true,
    outputBias: false,
    mlpBias: false,
    queryKeyNorm: false,
    slidingWindow: 'listed',
  },
  llama: {
    vocabularySize: 32000,
    intermediateSize: 11008,
    maxPositions: 2048,
    keyValueHeadCount: null,
    headSize: null,
    queryKeyValueBias: 'attention_bias',
    outputBias: 'attention_bias',
    mlpBias: 'mlp_bias',
    queryKeyNorm: false,
    slidingWindow: 'none',
  },
  qwen3: {
    vocabularySize: 151936,
    intermediateSize: 22016,
    maxPositions: 32768,
    keyValueHeadCount: 32,
    headSize: 128,
    queryKeyValueBias: 'attention_bias',
    outputBias: 'attention_bias',
    mlpBias: false,
    queryKeyNorm: true,
    slidingWindow: 'listed',
  },
  mistral: {
    vocabularySize: 32000,
    intermediateSize: 14336,
    maxPositions: 131072,
    keyValueHeadCount: 8,
    headSize: null,
    queryKeyValueBias: false,
    outputBias: false,
    mlpBias: false,
    queryKeyNorm: false,
    slidingWindow: 'all',
  },
}
const SUPPORTED_FAMILIES = Object.keys(FAMILIES) as Family[]

/** Two names of one function: `ACT2FN` in transformers/activations.py. */
const ACTIVATIONS = ['silu', 'swish']

const count = (max: number) => z.int().min(1).max(max)

/** The fields that are the same in all four classes, with their defaults; others of config.json do not change what is computed. */
const FIELDS = z.object({
  hidden_size: count(MAX_WIDTH).default(4096),
  num_hidden_layers: count(MAX_LAYERS).default(32),
  num_attention_heads: count(MAX_WIDTH).default(32),
  num_key_value_heads: count(MAX_WIDTH).nullish(),
  head_dim: count(MAX_WIDTH).nullish(),
  intermediate_size: count(MAX_WIDTH).optional(),
  vocab_size: count(MAX_VOCABULARY).optional(),
  max_position_embeddings: count(Number.MAX_SAFE_INTEGER).optional(),
  hidden_act: z.string().default('silu'),
  rms_norm_eps: z.number().min(0).max(1).default(1e-6),
  initializer_range: z.number().min(0).max(1).default(0.02),
  tie_word_embeddings: z.boolean().default(false),
  attention_bias: z.boolean().default(false),
  mlp_bias: z.boolean().default(false),
  attention_dropout: z.number().min(0).max(1).nullish(),
  use_sliding_window: z.boolean().default(false),
  sliding_window: count(Number.MAX_SAFE_INTEGER).nullable().default(4096),
  max_window_layers: z.int().min(0).default(28),
  layer_types: z.array(z.string()).max(MAX_LAYERS).nullish(),
  rope_interleaved: z.boolean().nullish(),
  quantization_config: z.unknown().optional(),
  ...ROPE_FIELDS,
})
type Fields = z.infer<typeof FIELDS>

/**
 * Reads a Hugging Face `config.json`, as transformers 4 or 5 writes it, the way transformers 5.23 does: the same defaults and the same precedence.
 * @throws TuneDeskError config/unsupported-family, config/unsupported-rope, config/unsupported-value, config/missing-field, config/bad-value
 */
export function parseConfig(json: unknown): ModelConfig {
  const family = parseFamily(json)
  const rules = FAMILIES[family]
  const parsed = FIELDS.safeParse(json)
  if (!parsed.success) throw badValue(json, parsed.error)
  const fields = parsed.data
  refuseWhatIsNotComputed(fields)

  const headCount = fields.num_attention_heads
  const keyValueHeadCount =
    fields.num_key_value_heads === undefined ? (rules.keyValueHeadCount ?? headCount) : (fields.num_key_value_heads ?? headCount)
  if (headCount % keyValueHeadCount !== 0) throw impossible('num_key_value_heads', keyValueHeadCount)
  if (family === 'llama' && fields.hidden_size % headCount !== 0) throw impossible('num_attention_heads', headCount)
  const headSize = fields.head_dim ?? rules.headSize ?? Math.floor(fields.hidden_size / headCount)
  // Rotary embedding turns pairs of a head's channels.
  if (headSize < 2 || headSize % 2 !== 0) throw impossible('head_dim', headSize)

  const bias = (rule: boolean | 'attention_bias' | 'mlp_bias'): boolean => (typeof rule === 'string' ? fields[rule] : rule)
  const maxPositions = fields.max_position_embeddings ?? rules.maxPositions
  return {
    family,
    vocabularySize: fields.vocab_size ?? rules.vocabularySize,
    hiddenSize: fields.hidden_size,
    layerCount: fields.num_hidden_layers,
    headCount,
    keyValueHeadCount,
    headSize,
    intermediateSize: fields.intermediate_size ?? rules.intermediateSize,
    rmsNormEpsilon: fields.rms_norm_eps,
    tiedEmbeddings: fields.tie_word_embeddings,
    queryKeyValueBias: bias(rules.queryKeyValueBias),
    outputBias: bias(rules.outputBias),
    mlpBias: bias(rules.mlpBias),
    queryKeyNorm: rules.queryKeyNorm,
    rope: parseRope(fields, maxPositions),
    slidingWindow: slidingWindows(rules.slidingWindow, fields),
    maxPositions,
    initializerRange: fields.initializer_range,
  }
}

function parseFamily(json: unknown): Family {
  if (typeof json !== 'object' || json === null || !('model_type' in json))
    throw new TuneDeskError('config/missing-field', { field: 'model_type' })
  const family = SUPPORTED_FAMILIES.find((each) => each === json.model_type)
  if (family) return family
  throw new TuneDeskError('config/unsupported-family', {
    modelType: print(json.model_type),
    supported: SUPPORTED_FAMILIES.join(', '),
  })
}

function refuseWhatIsNotComputed(fields: Fields): void {
  const refuse = (field: string, value: unknown, supported: string): never => {
    throw new TuneDeskError('config/unsupported-value', { field, value: print(value), supported })
  }
  if (!ACTIVATIONS.includes(fields.hidden_act)) refuse('hidden_act', fields.hidden_act, ACTIVATIONS.join(', '))
  if (fields.attention_dropout) refuse('attention_dropout', fields.attention_dropout, '0')
  if (fields.rope_interleaved) refuse('rope_interleaved', true, 'false')
  if (fields.quantization_config !== undefined && fields.quantization_config !== null)
    refuse('quantization_config', fields.quantization_config, 'F32, F16, BF16')
}

/**
 * A window of W means that a token sees itself and the W - 1 tokens before it: `kv_idx > q_idx - sliding_window`
 * (masking_utils.py, sliding_window_overlay), which is also how ModelConfig counts.
 */
function slidingWindows(rule: FamilyRules['slidingWindow'], fields: Fields): (number | null)[] {
  const layers = (window: (layer: number) => number | null) =>
    Array.from({ length: fields.num_hidden_layers }, (_, layer) => window(layer))
  if (rule === 'none') return layers(() => null)
  if (rule === 'all') return layers(() => fields.sliding_window)

  const window = fields.use_sliding_window ? fields.sliding_window : null
  const types = fields.layer_types
  if (!types) return layers((layer) => (layer >= fields.max_window_layers ? window : null))
  if (types.length !== fields.num_hidden_layers) throw impossible('layer_types', types)
  return types.map((type) => {
    if (type === 'full_attention') return null
    if (type !== 'sliding_attention')
      throw new TuneDeskError('config/unsupported-value', {
        field: 'layer_types',
        value: type,
        supported: 'full_attention, sliding_attention',
      })
    if (window === null) throw impossible('sliding_window', window)
    return window
  })
}

function badValue(json: unknown, error: z.ZodError): TuneDeskError {
  const path = error.issues[0]?.path ?? []
  const value = path.reduce<unknown>((at, key) => (at as Record<PropertyKey, unknown>)[key], json)
  return impossible(path.join('.'), value)
}

const impossible = (field: string, value: unknown): TuneDeskError =>
  new TuneDeskError('config/bad-value', { field, value: print(value) })

/** A value of the file in an error's sentence: JSON, cut where a sentence would drown in it. */
function print(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return text.length > 80 ? `${text.slice(0, 80)}…` : text
}
