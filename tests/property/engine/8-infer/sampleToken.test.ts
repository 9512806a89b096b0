import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { sampleToken, tokenDistribution } from '../../../../src-main/engine/8-infer/sampleToken.ts'

/** Few different values, so that many are equal. */
const logits = fc
  .array(fc.integer({ min: -6, max: 6 }), { minLength: 1, maxLength: 40 })
  .map((values) => Float32Array.from(values, (value) => value / 2))
const temperature = fc.double({ min: 0.1, max: 3, noNaN: true })
const share = fc.double({ min: 0.01, max: 0.99, noNaN: true })

const descending = (values: Iterable<number>): number[] => [...values].sort((a, b) => b - a)

describe('the tokens that may be drawn', () => {
  test('are with top-k those that fewer than k are likelier than', () => {
    fc.assert(
      fc.property(logits, temperature, fc.integer({ min: 1, max: 50 }), (scores, heat, top_k) => {
        const { tokens } = tokenDistribution(scores, { temperature: heat, top_k, top_p: 1 })
        const wanted = [...scores.keys()].filter(
          (token) => scores.filter((score) => score > (scores[token] ?? NaN)).length < top_k,
        )
        expect([...tokens]).toEqual(wanted)
      }),
    )
  })

  test('are with top-p the smallest set of the likeliest that reaches p', () => {
    fc.assert(
      fc.property(logits, temperature, share, (scores, heat, top_p) => {
        const all = tokenDistribution(scores, { temperature: heat, top_k: 0, top_p: 1 }).weights
        const { weights } = tokenDistribution(scores, { temperature: heat, top_k: 0, top_p })
        const total = descending(all).reduce((sum, weight) => sum + weight, 0)
        const mass = descending(weights).reduce((sum, weight) => sum + weight, 0)
        expect(descending(weights)).toEqual(descending(all).slice(0, weights.length))
        expect(mass).toBeGreaterThanOrEqual(top_p * total * (1 - 1e-12))
        expect(mass - Math.min(...weights)).toBeLessThan(top_p * total * (1 + 1e-12))
      }),
    )
  })

  test('are what is drawn, each from its share of the random numbers', () => {
    fc.assert(
      fc.property(
        logits,
        temperature,
        share,
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (scores, heat, top_p, random) => {
          const settings = { temperature: heat, top_k: 0, top_p }
          const { tokens, weights } = tokenDistribution(scores, settings)
          const total = weights.reduce((sum, weight) => sum + weight, 0)
          const drawn = tokens.indexOf(sampleToken(scores, settings, () => random))
          const before = weights.slice(0, drawn).reduce((sum, weight) => sum + weight, 0)
          expect(random * total).toBeGreaterThanOrEqual(before - 1e-9 * total)
          expect(random * total).toBeLessThanOrEqual(before + (weights[drawn] ?? NaN) + 1e-9 * total)
        },
      ),
    )
  })
})
