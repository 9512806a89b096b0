import type { Batch } from '../3-batches/batch.ts'
import type { ModelConfig } from '../4-graph/config.ts'

/** A float32 tensor on its way to or from a file. Names are those of the Hugging Face checkpoint. */
export interface NamedTensor {
  name: string
  shape: number[]
  data: Float32Array
}

export interface AdamWHyperparameters {
  learningRate: number
  beta1: number
  beta2: number
  epsilon: number
  weightDecay: number
  /** Gradients are multiplied by this first: min(1, max_grad_norm / (norm + 1e-6)), or 1. */
  gradientScale: number
}

/**
 * A model whose weights, gradients and optimizer state live on an Executor. The recipe drives it and never sees a tensor of it.
 * Gradients add up over calls of `accumulateGradients` until `adamWStep` consumes them.
 */
export interface TrainableModel {
  readonly config: ModelConfig
  readonly parameterCount: number
  /**
   * Forward and backward. Adds the gradients of (scale × Σ token losses) to the gradients.
   * @param scale 1 / (trained tokens of the whole accumulation window)
   * @returns Σ over the batch's supervised positions of -log p(target), not scaled
   */
  accumulateGradients(batch: Batch, scale: number): Promise<number>
  /** Σ over the supervised positions of -log p(target); gradients are left alone. */
  evaluate(batch: Batch): Promise<number>
  /** Global L2 norm of all gradients, before clipping. */
  gradientNorm(): Promise<number>
  /** One AdamW step over all parameters; weight decay only where `decays(name)` (not norms, not biases). Gradients are zero afterwards. */
  adamWStep(hyperparameters: AdamWHyperparameters): Promise<void>
  /** How many AdamW steps have been taken: the `t` of bias correction. Part of the optimizer state. */
  stepCount: number
  weights(): AsyncIterable<NamedTensor>
  /** Names `exp_avg.<parameter>` and `exp_avg_sq.<parameter>`. Empty before the first step. */
  optimizerState(): AsyncIterable<NamedTensor>
  loadWeights(tensors: AsyncIterable<NamedTensor>): Promise<void>
  loadOptimizerState(tensors: AsyncIterable<NamedTensor>, stepCount: number): Promise<void>
  dispose(): Promise<void>
}
