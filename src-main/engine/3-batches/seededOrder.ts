import { randomPermutation } from './randomPermutation.ts'

/**
 * The order in which the Hugging Face Trainer takes the rows in one epoch (accelerate's SeedableRandomSampler, one process,
 * `train_sampling_strategy` random).
 * @param seed `data_seed` where it is set, else `seed`
 * @param epoch from 0
 * @returns indices of rows
 */
export function seededOrder(rowCount: number, seed: number, epoch: number): number[] {
  return randomPermutation(rowCount, seed + epoch)
}
