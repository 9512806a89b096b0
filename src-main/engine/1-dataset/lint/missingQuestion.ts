import { isBlank, type RowRule } from './rule.ts'

/** A row to be learned as a whole, as in pre-training, may have none; for an answer there must be a question. */
export const missingQuestion: RowRule = {
  kind: 'missing-question',
  has: ({ instruct, input, label }) => isBlank(instruct) && isBlank(input) && !isBlank(label),
  mend: () => null,
}
