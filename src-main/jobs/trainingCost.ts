import type { ModelConfig } from '../engine/4-graph/config.ts'
import { parameterCountOf } from './model.ts'

/** Rows of one forward and backward pass, as far as their cost depends on them. */
export interface BatchShape {
  /** Tokens of each row. */
  lengths: readonly number[]
  /** How many of all these tokens teach the model. */
  supervised: number
}

/** Multiply-adds count as two; forward is a third of it. Every weight takes six for a token, the head's table for a supervised one only. */
const OPERATIONS_PER_WEIGHT = 6

/** Floating-point operations of a batch, forward and backward. */
export function batchOperations(config: ModelConfig, { lengths, supervised }: BatchShape): number {
  const head = config.vocabularySize * config.hiddenSize
  const tables = config.tiedEmbeddings ? head : 2 * head
  const tokens = lengths.reduce((sum, length) => sum + length, 0)
  // Scores and weighted values: each 2 · length² · width, and twice as much again for the way back.
  const attention =
    lengths.reduce((sum, length) => sum + length * length, 0) * 12 * config.layerCount * config.headCount * config.headSize
  return OPERATIONS_PER_WEIGHT * ((parameterCountOf(config) - tables) * tokens + head * supervised) + attention
}
