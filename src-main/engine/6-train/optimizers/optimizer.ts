import type { TrainingSettings } from '../../../contract/trainingSettings.ts'
import type { OptimizedParameter, OptimizerKernels, OptimizerNumbers } from '../../5-exec/optimizerKernels.ts'

/** What one step is taken with, whatever the optimizer. */
export interface OptimizerStep extends Omit<OptimizerNumbers, 'step'> {
  optim: TrainingSettings['optim']
}

/** A tensor that an optimizer keeps of a parameter between two steps; all zeros before the first. */
export interface StateTensor {
  name: string
  shape: readonly number[]
  type: 'float32' | 'uint8'
}

export interface Optimizer {
  /** What is kept of a parameter, in the order of the checkpoint. */
  state(parameter: { name: string; shape: readonly number[] }): StateTensor[]
  /** Moves the parameters. Their handles may be other ones afterwards. */
  step(kernels: OptimizerKernels, parameters: readonly OptimizedParameter[], numbers: OptimizerNumbers): Promise<void>
}
