import { isBlank, type QuestionRule } from './rule.ts'

/** The copies, without the first. Rows that nobody has answered yet are no copies of each other. */
export const duplicate: QuestionRule = {
  kind: 'duplicate',
  find(rows) {
    const answers = new Set<string>()
    return rows.filter(({ label }) => !isBlank(label) && answers.size === answers.add(label).size)
  },
  mend: (rows, isMeant) => duplicate.find(rows).flatMap((row) => (isMeant(row) ? [[row.id, { kind: 'delete' }]] : [])),
}
