import { smallFastCounter } from '../3-batches/smallFastCounter.ts'
import { count } from '../4-graph/elements.ts'
import type { Executor, Tensor } from '../5-exec/executor.ts'

/** Which mask: the same moment of a run and the same place in the model give the same one, whenever it is asked for. */
export interface MaskPlace {
  /** Optimizer steps taken. */
  step: number
  /** Batches since then. */
  microBatch: number
  layer: number
  /** Of those in a layer. */
  module: number
}

/** Masks of inverted dropout, as torch.nn.Dropout's: 0 with the given probability, else 1 / (1 - probability). */
export type DropoutMask = (shape: readonly number[], place: MaskPlace) => Tensor

export function createDropoutMasks(executor: Executor, probability: number, seed: number): DropoutMask {
  const threshold = probability * 2 ** 32
  const kept = 1 / (1 - probability)
  return (shape, { step, microBatch, layer, module }) => {
    const random = smallFastCounter(seed, step, (microBatch << 16) ^ (layer << 6) ^ module)
    const data = new Float32Array(count(shape))
    for (let i = 0; i < data.length; i++) data[i] = random() < threshold ? 0 : kept
    return executor.upload(data, shape)
  }
}
