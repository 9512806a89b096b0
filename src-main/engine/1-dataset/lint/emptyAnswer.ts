import { isBlank, type RowRule } from './rule.ts'

export const emptyAnswer: RowRule = {
  kind: 'empty-answer',
  has: ({ label }) => isBlank(label),
  mend: () => ({ kind: 'delete' }),
}
