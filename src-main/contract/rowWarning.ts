/** What is unusual about how a row is learned. Positions are those of tokens in their row, from 0. */
export type RowWarning =
  /** One token covers characters of both the question and the answer: `characters` is that token's text. */
  | { kind: 'boundary-merge'; characters: string; position: number }
  | { kind: 'nothing-to-learn' }
  /** `max_length` cuts the answer: `lostTokens` tokens behind it are not learned. */
  | { kind: 'answer-cut'; lostTokens: number }
  | { kind: 'end-mark-missing' }
  /** The text of the end mark stands inside a row's own text and becomes a real end mark at `position`. */
  | { kind: 'end-mark-inside'; position: number }
