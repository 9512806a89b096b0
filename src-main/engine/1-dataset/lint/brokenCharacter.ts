import type { RowRule } from './rule.ts'

/** With the flag u a pair is one character, so only halves match. */
const HALF = /\p{Surrogate}/u
const HALVES = /\p{Surrogate}/gu

export const brokenCharacter: RowRule = {
  kind: 'broken-character',
  has: ({ instruct, input, label }) => HALF.test(instruct) || HALF.test(input) || HALF.test(label),
  mend: ({ instruct, input, label }) => ({
    kind: 'change',
    texts: { instruct: instruct.replace(HALVES, ''), input: input.replace(HALVES, ''), label: label.replace(HALVES, '') },
  }),
}
