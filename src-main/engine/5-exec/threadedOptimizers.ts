import { count } from '../4-graph/elements.ts'
import type { Tensor } from './executor.ts'
import type { Kernel } from './kernelThreads.ts'
import {
  adafactorBeta2,
  areFactors,
  stateTensors,
  type GradientFactors,
  type OptimizedParameter,
  type OptimizerKernels,
  type OptimizerNumbers,
} from './optimizerKernels.ts'

export interface TensorJob {
  kernel: Kernel
  /** Without the gradient where that comes as factors. */
  tensors: readonly Tensor[]
  numbers: readonly number[]
  factors?: GradientFactors
}

/** The optimizers as kernels that change the tensors they are given. */
export function createThreadedOptimizers(
  run: (jobs: readonly TensorJob[]) => Promise<unknown>,
  takesFactors: () => Promise<boolean>,
): OptimizerKernels {
  return {
    takesFactors,
    async adamW(parameters, numbers) {
      await run(
        parameters.map((parameter) => job('adamW', parameter, ['exp_avg', 'exp_avg_sq'], adamNumbers(numbers, parameter.decays))),
      )
    },
    async adamW8bit(parameters, numbers) {
      await run(
        parameters.map((parameter) =>
          job('adamW8bit', parameter, ['state1', 'absmax1', 'state2', 'absmax2'], adamNumbers(numbers, parameter.decays)),
        ),
      )
    },
    async adafactor(parameters, numbers) {
      const { step, learningRate, gradientScale } = numbers
      await run(
        parameters.map((parameter) => {
          const { shape } = parameter.value
          const common = [gradientScale, adafactorBeta2(step), learningRate, keptShare(numbers, parameter.decays)]
          if (shape.length < 2) return job('adafactorVector', parameter, ['exp_avg_sq'], common)
          const width = shape.at(-1) ?? 1
          return job('adafactor', parameter, ['exp_avg_sq_row', 'exp_avg_sq_col'], [count(shape) / width, width, ...common])
        }),
      )
    },
    async sgd(parameters, numbers) {
      await run(
        parameters.map((parameter) =>
          job('sgd', parameter, [], [numbers.learningRate * numbers.gradientScale, keptShare(numbers, parameter.decays)]),
        ),
      )
    },
  }
}

function job(
  kernel: Kernel,
  { value, gradient, state }: OptimizedParameter,
  stateNames: readonly string[],
  numbers: readonly number[],
): TensorJob {
  const kept = stateTensors(state, ...stateNames)
  return areFactors(gradient)
    ? { kernel, tensors: [value, ...kept], numbers, factors: gradient }
    : { kernel, tensors: [value, gradient, ...kept], numbers }
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
