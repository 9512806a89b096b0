import { describe, expect, it } from 'vitest'
import { mersenneTwister } from '../../src-main/engine/3-batches/mersenneTwister.ts'
import { randomPermutation } from '../../src-main/engine/3-batches/randomPermutation.ts'
import { stepsOfEpoch } from '../../src-main/engine/3-batches/stepsOfEpoch.ts'
import { trainingPlan } from '../../src-main/engine/3-batches/trainingPlan.ts'
import { trainingSequences } from '../../src-main/engine/3-batches/trainingSequences.ts'
import golden from './data/order.json' with { type: 'json' }
import packing from './data/packing.json' with { type: 'json' }

describe("torch's random numbers", () => {
  it('mt19937 gives the numbers that Tensor.random_ gives', () => {
    const random = mersenneTwister(42)
    // A 64-bit draw is two 32-bit ones, the high half first; random_ clears the sign.
    const draws = golden.mt19937_seed42_first8_random_.map(() => {
      const high = BigInt(random())
      return Number(((high << 32n) | BigInt(random())) & (2n ** 63n - 1n))
    })
    expect(draws).toEqual(golden.mt19937_seed42_first8_random_)
  })

  it.each(golden.randperm)('randperm($n) with seed $seed', ({ n, seed, order }) => {
    const permutation = randomPermutation(n, seed)
    expect(permutation.slice(0, order.length)).toEqual(order)
    expect(new Set(permutation).size).toBe(n)
  })
})

describe("the Trainer's order of rows", () => {
  it.each(golden.trainer)(
    '$rows rows, seed $seed, data_seed $data_seed',
    ({ rows, seed, data_seed, batch, accumulation, epochs, steps }) => {
      const settings = {
        per_device_train_batch_size: batch,
        gradient_accumulation_steps: accumulation,
        dataloader_drop_last: false,
        seed,
        data_seed,
        num_train_epochs: epochs.length,
        max_steps: -1,
      }
      const sequences = Array.from({ length: rows }, (_, row) => [row])
      expect(epochs.map((_, epoch) => stepsOfEpoch(sequences, settings, epoch).flat(2))).toEqual(epochs)
      expect(trainingPlan(rows, settings).totalSteps).toBe(steps)
    },
  )
})

describe("TRL's packing", () => {
  it.each(packing.cases)('of $lengths.length rows into $max_length tokens', ({ lengths, max_length, sequences }) => {
    expect(trainingSequences(lengths, { packing: true, max_length })).toEqual(sequences)
  })
})
