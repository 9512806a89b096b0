import { describe, expect, test } from 'vitest'
import { mersenneTwister } from '../../../../src-main/engine/3-batches/mersenneTwister.ts'
import { sampleToken } from '../../../../src-main/engine/8-infer/sampleToken.ts'

/** Probabilities 0.5, 0.3, 0.15, 0.05, in another order. */
const LOGITS = Float32Array.from([0.15, 0.5, 0.05, 0.3], Math.log)
const OPEN = { temperature: 1, top_k: 0, top_p: 1 }

function shares(settings: typeof OPEN, draws = 20_000): number[] {
  const next = mersenneTwister(7)
  const counts = [0, 0, 0, 0]
  for (let i = 0; i < draws; i++) {
    const token = sampleToken(LOGITS, settings, () => next() / 2 ** 32)
    counts[token] = (counts[token] ?? 0) + 1
  }
  return counts.map((count) => count / draws)
}

function expectShares(found: number[], wanted: number[]): void {
  found.forEach((share, token) => {
    expect(share, `token ${token}`).toBeCloseTo(wanted[token] ?? NaN, 1.7)
  })
}

describe('sampleToken', () => {
  test('draws each token as often as its probability says', () => {
    expectShares(shares(OPEN), [0.15, 0.5, 0.05, 0.3])
  })
  test('temperature 0 takes the likeliest, the first of equals', () => {
    expect(sampleToken(LOGITS, { ...OPEN, temperature: 0 }, () => 0.99)).toBe(1)
    expect(sampleToken(Float32Array.of(1, 2, 2), { ...OPEN, temperature: 0 }, () => 0.99)).toBe(1)
  })
  test('temperature sharpens: the squares of the probabilities at one half', () => {
    const squares = [0.0225, 0.25, 0.0025, 0.09].map((square) => square / 0.365)
    expectShares(shares({ ...OPEN, temperature: 0.5 }), squares)
  })
  test('top-k keeps the k likeliest', () => {
    expectShares(shares({ ...OPEN, top_k: 2 }), [0, 0.625, 0, 0.375])
  })
  test('top-p keeps the smallest set that reaches p', () => {
    expectShares(shares({ ...OPEN, top_p: 0.5 }), [0, 1, 0, 0])
    expectShares(shares({ ...OPEN, top_p: 0.75 }), [0, 0.625, 0, 0.375])
  })
  test('the same seed draws the same', () => {
    expect(shares(OPEN, 50)).toEqual(shares(OPEN, 50))
  })
})
