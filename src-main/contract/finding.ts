/** What can be odd about a row, in the order in which it is told. The rules are in `engine/1-dataset/lint`. */
export const FINDINGS = [
  /** No answer: nothing to learn. Its fix takes the row away. */
  'empty-answer',
  /** An answer to nothing. No fix. */
  'missing-question',
  /** The same texts as a row before it. Its fix takes the row away. */
  'duplicate',
  /** The same question as a row with another answer. Its fix keeps the first answer. */
  'two-answers',
  /** The answer stands in the question. Its fix cuts it off where the question ends with it. */
  'answer-in-question',
  /** The same question among the rows to learn from and those held out. Its fix holds all of them out. */
  'both-sides',
  /** White space at the outer ends, characters that nobody sees, line ends of several kinds. Its fix tidies them. */
  'odd-whitespace',
  /** Half of a character: it cannot be written down. Its fix takes it out. */
  'broken-character',
  /** The mark � where a character was lost when the text was decoded. No fix. */
  'lost-character',
] as const
export type FindingKind = (typeof FINDINGS)[number]
