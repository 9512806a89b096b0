export type Family = 'qwen2' | 'llama' | 'qwen3' | 'mistral'

/** Rotary position embedding, as `transformers.modeling_rope_utils` defines its types. */
export type Rope =
  | { type: 'default'; theta: number }
  | { type: 'linear'; theta: number; factor: number }
  | {
      type: 'llama3'
      theta: number
      factor: number
      lowFrequencyFactor: number
      highFrequencyFactor: number
      originalMaxPositions: number
    }
  | {
      type: 'yarn'
      theta: number
      factor: number
      originalMaxPositions: number
      betaFast: number
      betaSlow: number
      attentionFactor: number
      truncate: boolean
    }

/** What a decoder's `config.json` says, in one vocabulary for all families. */
export interface ModelConfig {
  family: Family
  vocabularySize: number
  hiddenSize: number
  layerCount: number
  headCount: number
  keyValueHeadCount: number
  headSize: number
  intermediateSize: number
  rmsNormEpsilon: number
  tiedEmbeddings: boolean
  /** Bias on the query, key and value projections. */
  queryKeyValueBias: boolean
  outputBias: boolean
  mlpBias: boolean
  /** RMSNorm over each head of queries and keys (qwen3). */
  queryKeyNorm: boolean
  rope: Rope
  /** Per layer: how many tokens back attention reaches, the token itself included; null for all of them. */
  slidingWindow: (number | null)[]
  maxPositions: number
  initializerRange: number
}
