import type { RowRule } from './rule.ts'

const MARK = '\ufffd'

/** Which character it was nobody knows any more, so only the person can put it right. */
export const lostCharacter: RowRule = {
  kind: 'lost-character',
  has: ({ instruct, input, label }) => instruct.includes(MARK) || input.includes(MARK) || label.includes(MARK),
  mend: () => null,
}
