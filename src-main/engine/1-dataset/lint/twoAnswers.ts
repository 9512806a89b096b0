import type { ProjectRow } from '../../../contract/areas/rows.ts'
import { isBlank, type QuestionRule } from './rule.ts'

/** Of the same question the model can learn one answer by heart, or a mixture. */
export const twoAnswers: QuestionRule = {
  kind: 'two-answers',
  find(rows) {
    const answered = answeredRows(rows)
    return new Set(answered.map(({ label }) => label)).size > 1 ? answered : []
  },
  /** The first row that is not meant keeps its answer, or the first of all where all are meant. */
  mend(rows, isMeant) {
    const found = twoAnswers.find(rows)
    const kept = found.find((row) => !isMeant(row)) ?? found[0]
    return found.flatMap((row) => (isMeant(row) && row.label !== kept?.label ? [[row.id, { kind: 'delete' }]] : []))
  },
}

const answeredRows = (rows: readonly ProjectRow[]): ProjectRow[] =>
  rows.filter(({ instruct, input, label }) => !isBlank(label) && !(isBlank(instruct) && isBlank(input)))
