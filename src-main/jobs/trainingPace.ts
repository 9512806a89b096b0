import type { ModelConfig } from '../engine/4-graph/config.ts'
import { parameterCountOf } from './model.ts'

/** Seconds, or whatever, as a range. */
export interface Range {
  low: number
  high: number
}

/** How quickly a computer trains a model. */
export interface TrainingPace {
  /** Seconds of a forward and backward pass of so many operations. */
  batch(operations: number): Range
  /** Seconds of what each optimizer step does beside its batches: the norm, AdamW. */
  step: Range
}

/** The pace while rows are met for the first time, and later, where what frozen layers make of them is kept; the same where nothing is. */
export interface PaceOfEpochs {
  first: TrainingPace
  later: TrainingPace
}

/** Of the speed that matrix products alone reach: what is left of it in a whole pass. Measured from 5 to 500 million parameters. */
const EFFICIENCY: Range = { low: 0.35, high: 1.1 }
/** Of a layer, however small the batch: programs that begin and end. */
const SECONDS_A_LAYER: Range = { low: 0.002, high: 0.01 }
/** Of a parameter in AdamW and the norm, which the memory's speed limits. */
const SECONDS_A_PARAMETER: Range = { low: 1.5e-9, high: 5e-9 }
/** Of a parameter in each token of an answer: it is read once. */
const SECONDS_A_PARAMETER_READ: Range = { low: 0.1e-9, high: 0.6e-9 }
/** Of a layer in each token of an answer. */
const SECONDS_A_LAYER_READ = 0.0005
/** An answer on the way is a line or two. */
const TOKENS_OF_AN_ANSWER: Range = { low: 8, high: 64 }

/**
 * Where nothing of the model was measured, only how quickly this computer multiplies matrices.
 * @param layers that a pass goes through
 * @param trained parameters
 */
export const paceByFormula = (gigaflops: number, layers: number, trained: number): TrainingPace => ({
  batch: (operations) => ({
    low: operations / (gigaflops * 1e9 * EFFICIENCY.high) + layers * SECONDS_A_LAYER.low,
    high: operations / (gigaflops * 1e9 * EFFICIENCY.low) + layers * SECONDS_A_LAYER.high,
  }),
  step: { low: trained * SECONDS_A_PARAMETER.low, high: trained * SECONDS_A_PARAMETER.high },
})

export function answerSeconds(config: ModelConfig): Range {
  const parameters = parameterCountOf(config)
  return {
    low: TOKENS_OF_AN_ANSWER.low * parameters * SECONDS_A_PARAMETER_READ.low,
    high: TOKENS_OF_AN_ANSWER.high * (parameters * SECONDS_A_PARAMETER_READ.high + config.layerCount * SECONDS_A_LAYER_READ),
  }
}
