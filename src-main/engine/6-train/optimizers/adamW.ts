import type { Optimizer } from './optimizer.ts'

/** torch.optim.AdamW: two moments of every parameter, in float32. */
export const adamW: Optimizer = {
  state: ({ shape }) => [
    { name: 'exp_avg', shape, type: 'float32' },
    { name: 'exp_avg_sq', shape, type: 'float32' },
  ],
  step: (kernels, parameters, numbers) => kernels.adamW(parameters, numbers),
}
