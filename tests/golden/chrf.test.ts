import { expect, test } from 'vitest'
import { characterFScore } from '../../src-main/engine/8-infer/characterFScore.ts'
import { readInferenceGolden } from './inferenceGolden.ts'

/** sacrebleu gives two empty texts 0; here an empty answer to an empty label is a right one. */
const pairs = readInferenceGolden().chrf.filter(({ hypothesis, reference }) => hypothesis + reference !== '')

test.each(pairs)("chrF of $hypothesis against $reference is sacrebleu's", ({ hypothesis, reference, chrf }) => {
  expect(characterFScore(hypothesis, reference)).toBeCloseTo(chrf, 9)
})
