import { count } from '../../4-graph/elements.ts'
import { adafactor } from './adafactor.ts'
import { adamW } from './adamW.ts'
import { adamW8bit } from './adamW8bit.ts'
import type { Optimizer, OptimizerStep } from './optimizer.ts'
import { sgd } from './sgd.ts'

/** By the Trainer's names of them (transformers 5.23, training_args.py, OptimizerNames). */
export const OPTIMIZERS: Record<OptimizerStep['optim'], Optimizer> = {
  adamw_torch: adamW,
  adamw_8bit: adamW8bit,
  adafactor,
  sgd,
}

/** Bytes that an optimizer keeps of these parameters, in memory and in a checkpoint. */
export const optimizerStateBytes = (
  optim: OptimizerStep['optim'],
  parameters: readonly { name: string; shape: readonly number[] }[],
): number =>
  parameters
    .flatMap((parameter) => OPTIMIZERS[optim].state(parameter))
    .reduce((bytes, { shape, type }) => bytes + count(shape) * (type === 'uint8' ? 1 : 4), 0)
