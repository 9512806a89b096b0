import type { TokenId } from '../2-tokens/tokenisedRow.ts'

/** So many tokens of a draft are read along at once. As few as a handful take hardly longer than one; more pay only where most of them are right. */
const MOST_GUESSED = 32
const LEAST_GUESSED = 4

/** Guesses how an answer goes on. */
export interface Draft {
  /** The next token of the answer, guessed or not. */
  push(id: TokenId): void
  /** What may follow, at most `most` tokens: fewer where the last guess was wrong. */
  ahead(most: number): readonly TokenId[]
}

/**
 * Guesses from a text that an answer is likely to be, or to quote: while the answer is that text, the rest of it; once it was another token, what
 * followed its last two tokens where they stand first, in the text or in the answer itself, since a model that has nothing to say repeats itself (prompt
 * lookup decoding, Saxena 2023, https://github.com/apoorvumang/prompt-lookup-decoding).
 */
export function followDraft(text: readonly TokenId[]): Draft {
  /** The text, and behind it the answer. */
  const known = [...text]
  /** Where `known` goes on as the answer would; its length where it does not. */
  let at = 0
  let last: TokenId | null = null
  let room = MOST_GUESSED
  return {
    push(id) {
      const isRight = known[at] === id
      room = isRight ? Math.min(room + 1, MOST_GUESSED) : LEAST_GUESSED
      const pair = isRight ? -1 : known.findIndex((each, i) => each === last && known[i + 1] === id)
      known.push(id)
      at = isRight ? at + 1 : pair < 0 ? known.length : pair + 2
      last = id
    },
    ahead(most) {
      const behind = known.slice(at)
      const count = behind.length === 0 ? 0 : Math.max(0, Math.min(most, room))
      // Beyond its end the answer goes round again.
      return Array.from({ length: count }, (_, i) => behind[i % behind.length] ?? 0)
    },
  }
}
