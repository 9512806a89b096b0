import { count } from '../../4-graph/elements.ts'
import { EMBEDDING } from '../../4-graph/parameters.ts'
import { QUANTISED_BLOCK } from '../../5-exec/dynamicMap.ts'
import { adamW } from './adamW.ts'
import type { Optimizer } from './optimizer.ts'

/** Smaller parameters keep moments in float32 (bitsandbytes, min_8bit_size). */
const FEWEST_ELEMENTS = 4096

/**
 * bitsandbytes.optim.AdamW with optim_bits=8 as the Trainer sets it up: the table of embeddings keeps moments in float32 (transformers 5.23,
 * trainer.py, Trainer.create_optimizer). Codes are the nearest ones, as in bitsandbytes' PyTorch implementation; its CPU build takes
 * a neighbour now and then.
 */
export const adamW8bit: Optimizer = {
  state(parameter) {
    const { name, shape } = parameter
    if (count(shape) < FEWEST_ELEMENTS || name === EMBEDDING) return adamW.state(parameter)
    const scales = [Math.ceil(count(shape) / QUANTISED_BLOCK)]
    return [
      { name: 'state1', shape, type: 'uint8' },
      { name: 'absmax1', shape: scales, type: 'float32' },
      { name: 'state2', shape, type: 'uint8' },
      { name: 'absmax2', shape: scales, type: 'float32' },
    ]
  },
  async step(kernels, parameters, numbers) {
    const isQuantised = ({ state }: (typeof parameters)[number]): boolean => 'state1' in state
    await kernels.adamW8bit(parameters.filter(isQuantised), numbers)
    await kernels.adamW(
      parameters.filter((parameter) => !isQuantised(parameter)),
      numbers,
    )
  },
}
