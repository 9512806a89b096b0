import type { Optimizer } from './optimizer.ts'

/** torch.optim.SGD without momentum, as the Trainer sets it up: nothing is kept. */
export const sgd: Optimizer = {
  state: () => [],
  step: (kernels, parameters, numbers) => kernels.sgd(parameters, numbers),
}
