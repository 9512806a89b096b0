import { mersenneTwister } from './mersenneTwister.ts'

/** From here on torch draws 64 bits a swap: another algorithm, for more rows than a dataset has (ATen/native/TensorFactories.cpp). */
const LENGTH_LIMIT = Math.floor((2 ** 32 - 1) / 20)

/**
 * `torch.randperm(length, generator=torch.Generator().manual_seed(seed))` on the CPU: a Fisher-Yates shuffle from the front
 * whose draws are reduced by the remainder.
 */
export function randomPermutation(length: number, seed: number): number[] {
  if (!Number.isInteger(length) || length < 0 || length >= LENGTH_LIMIT)
    throw new RangeError(`a permutation's length is an integer from 0 to ${LENGTH_LIMIT - 1}, not ${length}`)
  const random = mersenneTwister(seed)
  const order = Uint32Array.from({ length }, (_, index) => index)
  for (let index = 0; index < length - 1; index++) {
    const other = index + (random() % (length - index))
    const taken = order[other] ?? 0
    order[other] = order[index] ?? 0
    order[index] = taken
  }
  return Array.from(order)
}
