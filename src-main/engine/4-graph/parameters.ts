import type { ModelConfig } from './config.ts'

/** A weight tensor of a decoder, under the name that Hugging Face checkpoints give it. */
export interface ParameterShape {
  name: string
  shape: readonly number[]
}

/** The same for each layer; names as they stand behind `model.layers.N.`. */
export function beforeAttentionParameters(config: ModelConfig): ParameterShape[] {
  const { hiddenSize, headSize, headCount, keyValueHeadCount, queryKeyValueBias, queryKeyNorm } = config
  const projection = (name: string, heads: number): ParameterShape[] => [
    { name: `self_attn.${name}_proj.weight`, shape: [heads * headSize, hiddenSize] },
    ...(queryKeyValueBias ? [{ name: `self_attn.${name}_proj.bias`, shape: [heads * headSize] }] : []),
  ]
  return [
    { name: 'input_layernorm.weight', shape: [hiddenSize] },
    ...projection('q', headCount),
    ...projection('k', keyValueHeadCount),
    ...projection('v', keyValueHeadCount),
    ...(queryKeyNorm
      ? [
          { name: 'self_attn.q_norm.weight', shape: [headSize] },
          { name: 'self_attn.k_norm.weight', shape: [headSize] },
        ]
      : []),
  ]
}

export function afterAttentionParameters(config: ModelConfig): ParameterShape[] {
  const { hiddenSize, headSize, headCount, intermediateSize, outputBias, mlpBias } = config
  const linear = (name: string, to: number, from: number, bias: boolean): ParameterShape[] => [
    { name: `${name}.weight`, shape: [to, from] },
    ...(bias ? [{ name: `${name}.bias`, shape: [to] }] : []),
  ]
  return [
    ...linear('self_attn.o_proj', hiddenSize, headCount * headSize, outputBias),
    { name: 'post_attention_layernorm.weight', shape: [hiddenSize] },
    ...linear('mlp.gate_proj', intermediateSize, hiddenSize, mlpBias),
    ...linear('mlp.up_proj', intermediateSize, hiddenSize, mlpBias),
    ...linear('mlp.down_proj', hiddenSize, intermediateSize, mlpBias),
  ]
}

/** What the names of the layers' parameters begin with. */
export const LAYERS = 'model.layers.'
export const layerParameterName = (layer: number, name: string): string => `${LAYERS}${layer}.${name}`
export const EMBEDDING = 'model.embed_tokens.weight'
export const FINAL_NORM = 'model.norm.weight'
/** The table whose rows score the next token: the embedding itself where both are tied. */
export const headTableName = (config: ModelConfig): string => (config.tiedEmbeddings ? EMBEDDING : 'lm_head.weight')

/** Every trainable tensor of the model. */
export function modelParameters(config: ModelConfig): ParameterShape[] {
  const table = [config.vocabularySize, config.hiddenSize]
  const layer = [...beforeAttentionParameters(config), ...afterAttentionParameters(config)]
  return [
    { name: EMBEDDING, shape: table },
    ...Array.from({ length: config.layerCount }, (_, index) =>
      layer.map(({ name, shape }) => ({ name: layerParameterName(index, name), shape })),
    ).flat(),
    { name: FINAL_NORM, shape: [config.hiddenSize] },
    ...(config.tiedEmbeddings ? [] : [{ name: headTableName(config), shape: table }]),
  ]
}
