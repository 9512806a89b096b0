import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { characterFScore } from '../../src-main/engine/8-infer/characterFScore.ts'

interface Case {
  hypothesis: string
  reference: string
  score: number
}
const cases = JSON.parse(readFileSync(new URL('data/chrf/chrf.json', import.meta.url), 'utf8')) as Case[]

test.each(cases)('chrF of "$hypothesis" against "$reference" is sacrebleu\'s', ({ hypothesis, reference, score }) => {
  expect(characterFScore(hypothesis, reference)).toBeCloseTo(score, 9)
})
