import type { Optimizer } from './optimizer.ts'

/** transformers.Adafactor with scale_parameter=False, relative_step=False, as the Trainer sets it up: squares' means of rows and columns. */
export const adafactor: Optimizer = {
  state: ({ shape }) =>
    shape.length < 2
      ? [{ name: 'exp_avg_sq', shape, type: 'float32' }]
      : [
          { name: 'exp_avg_sq_row', shape: shape.slice(0, -1), type: 'float32' },
          { name: 'exp_avg_sq_col', shape: [...shape.slice(0, -2), ...shape.slice(-1)], type: 'float32' },
        ],
  step: (kernels, parameters, numbers) => kernels.adafactor(parameters, numbers),
}
