import type { Batch } from '../3-batches/batch.ts'
import type { ModelConfig } from '../4-graph/config.ts'
import type { OptimizerStep, StateTensor } from './optimizers/optimizer.ts'

/** A float32 tensor on its way to or from a file. Names are those of the Hugging Face checkpoint. */
export interface NamedTensor {
  name: string
  shape: number[]
  data: Float32Array
}

/** A tensor of the optimizer's state, named `<what it is>.<parameter>`; `exp_avg.model.norm.weight`. */
export interface OptimizerTensor {
  name: string
  shape: number[]
  type: StateTensor['type']
  /** What it holds now. */
  read(): Promise<Float32Array | Uint8Array>
}

/** The same on its way from a file. */
export interface SavedOptimizerTensor {
  name: string
  shape: number[]
  data: Float32Array | Uint8Array
}

/**
 * A model whose weights, gradients and optimizer state live on an Executor. The recipe drives it and never sees a tensor of it.
 * Gradients add up over calls of `accumulateGradients` until `optimizerStep` consumes them.
 */
export interface TrainableModel {
  readonly config: ModelConfig
  /** Weights of the model, adapters among them. */
  readonly parameterCount: number
  /** Of a checkpoint with such an optimizer. */
  checkpointBytes(optim: OptimizerStep['optim']): number
  /**
   * Forward and backward. Adds the gradients of (scale × Σ token losses) to the gradients.
   * @param scale 1 / (trained tokens of the whole accumulation window)
   * @param isWholeStep whether the next step of the optimizer rests on this batch alone; false unless given
   * @returns Σ over the batch's supervised positions of -log p(target), not scaled
   */
  accumulateGradients(batch: Batch, scale: number, isWholeStep?: boolean): Promise<number>
  /** Σ over the supervised positions of -log p(target); gradients are left alone. */
  evaluate(batch: Batch): Promise<number>
  /** Global L2 norm of all gradients, before clipping. */
  gradientNorm(): Promise<number>
  /** One step over all parameters that have a gradient; norms and biases are not decayed. Gradients are zero afterwards. */
  optimizerStep(hyperparameters: OptimizerStep): Promise<void>
  /** Seconds that `accumulateGradients` has spent so far on what it will not compute again for the same rows. */
  readonly secondsOnce: number
  /** How many optimizer steps have been taken: the `t` of bias correction. Part of the optimizer state. */
  stepCount: number
  /** What is trained, and so what there is to save. */
  weights(): AsyncIterable<NamedTensor>
  /** What the optimizer has kept; empty before the first step. */
  optimizerState(): OptimizerTensor[]
  loadWeights(tensors: AsyncIterable<NamedTensor>): Promise<void>
  loadOptimizerState(tensors: AsyncIterable<SavedOptimizerTensor>, stepCount: number): Promise<void>
  dispose(): Promise<void>
}
