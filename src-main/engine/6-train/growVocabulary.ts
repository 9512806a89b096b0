import type { ModelConfig } from '../4-graph/config.ts'
import { EMBEDDING, headTableName } from '../4-graph/parameters.ts'
import type { NamedTensor } from './trainableModel.ts'

/** The model with a row in its tables for every token of its tokenizer. A model with spare rows stays as it is. */
export const withVocabularyOf = (config: ModelConfig, tokenizer: { vocabularySize: number }): ModelConfig => ({
  ...config,
  vocabularySize: Math.max(config.vocabularySize, tokenizer.vocabularySize),
})

/**
 * Weights whose vocabulary tables have at least `config.vocabularySize` rows; each new row is the mean of the old ones, so that a token
 * which was never seen is about as likely as any other.
 *
 * transformers draws the new rows from a normal distribution around the same mean with a billionth of the old rows' covariance
 * (5.23, modeling_utils.py, _init_added_embeddings_weights_with_mean): a difference far below float32's effect on the loss.
 */
export async function* growVocabulary(weights: AsyncIterable<NamedTensor>, config: ModelConfig): AsyncGenerator<NamedTensor> {
  const tables = new Set([EMBEDDING, headTableName(config)])
  for await (const tensor of weights) yield tables.has(tensor.name) ? withMeanRows(tensor, config.vocabularySize) : tensor
}

function withMeanRows(tensor: NamedTensor, wanted: number): NamedTensor {
  const [rows = 0, width = 0] = tensor.shape
  if (rows >= wanted) return tensor
  const sums = new Float64Array(width)
  for (let i = 0; i < tensor.data.length; i++) sums[i % width] = (sums[i % width] ?? 0) + (tensor.data[i] ?? 0)
  const mean = Float32Array.from(sums, (sum) => sum / rows)
  const data = new Float32Array(wanted * width)
  data.set(tensor.data)
  for (let row = rows; row < wanted; row++) data.set(mean, row * width)
  return { name: tensor.name, shape: [wanted, width], data }
}
