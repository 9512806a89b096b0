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
const FORWARD_SHARE = 1 / 3

/** The layers that a pass goes through. */
export interface LayersOfPass {
  /** Forward and back again. */
  back: number
  /** Below those, frozen: forward alone. */
  forward: number
}

/** Floating-point operations of a batch, forward and backward. */
export function batchOperations(
  config: ModelConfig,
  { lengths, supervised }: BatchShape,
  { back, forward }: LayersOfPass,
): number {
  const head = config.vocabularySize * config.hiddenSize
  const tables = config.tiedEmbeddings ? head : 2 * head
  const tokens = lengths.reduce((sum, length) => sum + length, 0)
  const weights = (parameterCountOf(config) - tables) / config.layerCount
  // Scores and weighted values: each 2 · length² · width, and twice as much again for the way back.
  const attention = lengths.reduce((sum, length) => sum + length * length, 0) * 12 * config.headCount * config.headSize
  const layer = OPERATIONS_PER_WEIGHT * weights * tokens + attention
  return (back + FORWARD_SHARE * forward) * layer + OPERATIONS_PER_WEIGHT * head * supervised
}

/** The same of the forward pass alone, through so many layers. */
export const evaluationOperations = (config: ModelConfig, shape: BatchShape, layers: number): number =>
  FORWARD_SHARE * batchOperations(config, shape, { back: layers, forward: 0 })
