import type { Row } from '../../../contract/row.ts'
import type { RowRule } from './rule.ts'

/** In columns of a terminal, where a Chinese character takes two. Shorter answers, a class or a name, stand in many questions by right. */
const SHORTEST_ANSWER = 12

/** The model would learn to copy. */
export const answerInQuestion: RowRule = {
  kind: 'answer-in-question',
  has({ instruct, input, label }) {
    const answer = label.trim()
    return isLongEnough(answer) && (input.includes(answer) || instruct.includes(answer))
  },
  /** Only where the question ends with the answer: cut out of a text's middle, it would leave a text that nobody wrote. */
  mend(row) {
    const texts = withoutAnswer(row)
    return texts ? { kind: 'change', texts } : null
  },
}

function withoutAnswer({ instruct, input, label }: Row): Row | null {
  const answer = label.trim()
  const isInInput = input.trim() !== ''
  const end = (isInInput ? input : instruct).trimEnd()
  if (!end.endsWith(answer)) return null
  const question = end.slice(0, end.length - answer.length).trimEnd()
  if (question === '' && !(isInInput && instruct.trim() !== '')) return null
  return isInInput ? { instruct, input: question, label } : { instruct: question, input, label }
}

function isLongEnough(answer: string): boolean {
  if (answer.length >= SHORTEST_ANSWER) return true
  let columns = 0
  for (const character of answer) columns += /[\u2e80-\uffef]|[\u{20000}-\u{3ffff}]/u.test(character) ? 2 : 1
  return columns >= SHORTEST_ANSWER
}
