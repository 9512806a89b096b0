import { count } from '../4-graph/elements.ts'
import type { Tensor } from './executor.ts'
import type { Kernel } from './kernelThreads.ts'
import { adafactorBeta2, stateTensors, type OptimizerKernels, type OptimizerNumbers } from './optimizerKernels.ts'

export interface TensorJob {
  kernel: Kernel
  tensors: readonly Tensor[]
  numbers: readonly number[]
}

/** The optimizers as kernels that change the tensors they are given. */
export function createThreadedOptimizers(run: (jobs: readonly TensorJob[]) => Promise<unknown>): OptimizerKernels {
  return {
    async adamW(parameters, numbers) {
      await run(
        parameters.map(({ value, gradient, state, decays }) => ({
          kernel: 'adamW',
          tensors: [value, gradient, ...stateTensors(state, 'exp_avg', 'exp_avg_sq')],
          numbers: adamNumbers(numbers, decays),
        })),
      )
    },
    async adamW8bit(parameters, numbers) {
      await run(
        parameters.map(({ value, gradient, state, decays }) => ({
          kernel: 'adamW8bit',
          tensors: [value, gradient, ...stateTensors(state, 'state1', 'absmax1', 'state2', 'absmax2')],
          numbers: adamNumbers(numbers, decays),
        })),
      )
    },
    async adafactor(parameters, numbers) {
      const { step, learningRate, gradientScale } = numbers
      await run(
        parameters.map(({ value, gradient, state, decays }) => {
          const common = [gradientScale, adafactorBeta2(step), learningRate, keptShare(numbers, decays)]
          if (value.shape.length < 2)
            return {
              kernel: 'adafactorVector',
              tensors: [value, gradient, ...stateTensors(state, 'exp_avg_sq')],
              numbers: common,
            }
          const width = value.shape.at(-1) ?? 1
          return {
            kernel: 'adafactor',
            tensors: [value, gradient, ...stateTensors(state, 'exp_avg_sq_row', 'exp_avg_sq_col')],
            numbers: [count(value.shape) / width, width, ...common],
          }
        }),
      )
    },
    async sgd(parameters, numbers) {
      await run(
        parameters.map(({ value, gradient, decays }) => ({
          kernel: 'sgd',
          tensors: [value, gradient],
          numbers: [numbers.learningRate * numbers.gradientScale, keptShare(numbers, decays)],
        })),
      )
    },
  }
}

const keptShare = ({ learningRate, weightDecay }: OptimizerNumbers, decays: boolean): number =>
  decays ? 1 - learningRate * weightDecay : 1

/** Bias correction in the form of the kernels: one factor on the step, one on the root of the second moment. */
function adamNumbers(numbers: OptimizerNumbers, decays: boolean): number[] {
  const { step, learningRate, beta1, beta2, epsilon, gradientScale } = numbers
  const stepSize = learningRate / (1 - beta1 ** step)
  const secondCorrection = 1 / Math.sqrt(1 - beta2 ** step)
  return [gradientScale, 1 - beta1, beta2, 1 - beta2, epsilon, stepSize, secondCorrection, keptShare(numbers, decays)]
}
