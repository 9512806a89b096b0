import { isBlank, type QuestionRule } from './rule.ts'

/** What was learned is no test. */
export const bothSides: QuestionRule = {
  kind: 'both-sides',
  find(rows) {
    const questions = rows.filter(({ instruct, input }) => !(isBlank(instruct) && isBlank(input)))
    const heldOut = questions.filter((row) => row.heldOut)
    return heldOut.length > 0 && heldOut.length < questions.length ? questions : []
  },
  /** What the person held out stays so, and the others of its question go along. */
  mend(rows, isMeant) {
    const found = bothSides.find(rows)
    return found.some(isMeant) ? found.flatMap((row) => (row.heldOut ? [] : [[row.id, { kind: 'hold' }]])) : []
  },
}
