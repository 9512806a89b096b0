import { z } from 'zod'
import { TuneDeskError } from '../../contract/error.ts'
import type { Rope } from './config.ts'

const positive = z.number().positive()

/** The rope dictionary: `rope_scaling` of transformers 4, `rope_parameters` of 5. */
const DICTIONARY = z
  .object({
    rope_type: z.string().nullish(),
    /** The name before `rope_type`. */
    type: z.string().nullish(),
    rope_theta: positive.nullish(),
    factor: positive.nullish(),
    original_max_position_embeddings: positive.nullish(),
    low_freq_factor: positive.nullish(),
    high_freq_factor: positive.nullish(),
    attention_factor: z.number().min(0).nullish(),
    mscale: z.number().nullish(),
    mscale_all_dim: z.number().nullish(),
    beta_fast: positive.nullish(),
    beta_slow: positive.nullish(),
    truncate: z.boolean().nullish(),
    partial_rotary_factor: z.number().nullish(),
    full_attention: z.unknown().optional(),
    sliding_attention: z.unknown().optional(),
  })
  .nullish()

/** The fields of config.json about rotary position embedding. */
export const ROPE_FIELDS = {
  rope_theta: positive.nullish(),
  rope_scaling: DICTIONARY,
  rope_parameters: DICTIONARY,
  partial_rotary_factor: z.number().nullish(),
  original_max_position_embeddings: positive.nullish(),
}
type RopeFields = z.infer<z.ZodObject<typeof ROPE_FIELDS>>
type Dictionary = NonNullable<z.infer<typeof DICTIONARY>>

const SUPPORTED: readonly Rope['type'][] = ['default', 'linear', 'llama3', 'yarn']
/** RotaryEmbeddingConfigMixin.default_theta */
const DEFAULT_THETA = 10_000

/**
 * One vocabulary for both generations' fields, with the precedence of `RotaryEmbeddingConfigMixin` (transformers 5.23, modeling_rope_utils.py):
 * a non-empty rope_scaling before rope_parameters, what the dictionary says before what stands beside it.
 */
export function parseRope(fields: RopeFields, maxPositions: number): Rope {
  const nonEmpty = (dictionary: Dictionary | null | undefined): Dictionary | undefined =>
    dictionary && Object.keys(dictionary).length > 0 ? dictionary : undefined
  const dictionary: Dictionary = nonEmpty(fields.rope_scaling) ?? fields.rope_parameters ?? {}
  refuseVariants(dictionary, fields)

  const type = dictionary.rope_type ?? dictionary.type ?? 'default'
  const theta = dictionary.rope_theta ?? fields.rope_theta ?? DEFAULT_THETA
  const need = (field: keyof Dictionary): number => {
    const value = dictionary[field]
    if (typeof value !== 'number') throw new TuneDeskError('config/missing-field', { field: `rope_parameters.${field}` })
    return value
  }
  const originalMaxPositions =
    fields.original_max_position_embeddings ?? dictionary.original_max_position_embeddings ?? maxPositions

  switch (type) {
    case 'default':
      return { type, theta }
    case 'linear':
      return { type, theta, factor: need('factor') }
    case 'llama3':
      return {
        type,
        theta,
        factor: need('factor'),
        lowFrequencyFactor: need('low_freq_factor'),
        highFrequencyFactor: need('high_freq_factor'),
        originalMaxPositions,
      }
    case 'yarn': {
      const factor = dictionary.factor === null ? maxPositions / originalMaxPositions : need('factor')
      return {
        type,
        theta,
        factor,
        originalMaxPositions,
        betaFast: dictionary.beta_fast ?? 32,
        betaSlow: dictionary.beta_slow ?? 1,
        attentionFactor: dictionary.attention_factor ?? yarnAttentionFactor(factor, dictionary),
        truncate: dictionary.truncate ?? true,
      }
    }
    default:
      throw new TuneDeskError('config/unsupported-rope', { ropeType: type, supported: SUPPORTED.join(', ') })
  }
}

/** What would change the rotation of single layers or channels, and is not computed. */
function refuseVariants(dictionary: Dictionary, fields: RopeFields): void {
  const partial = dictionary.partial_rotary_factor ?? fields.partial_rotary_factor ?? 1
  if (partial !== 1)
    throw new TuneDeskError('config/unsupported-value', { field: 'partial_rotary_factor', value: partial, supported: '1' })
  if (dictionary.full_attention || dictionary.sliding_attention)
    throw new TuneDeskError('config/unsupported-rope', {
      ropeType: 'rope_parameters per layer type',
      supported: SUPPORTED.join(', '),
    })
}

/** YaRN's scale of the attention scores: arxiv.org/abs/2309.00071, section 3.4; with DeepSeek's two `mscale` where they are given. */
function yarnAttentionFactor(factor: number, { mscale, mscale_all_dim }: Dictionary): number {
  const scale = (multiplier: number): number => (factor <= 1 ? 1 : 0.1 * multiplier * Math.log(factor) + 1)
  return mscale && mscale_all_dim ? scale(mscale) / scale(mscale_all_dim) : scale(1)
}
