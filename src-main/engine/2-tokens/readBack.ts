import type { Tokenizer } from './openTokenizer.ts'
import { IGNORE_INDEX, type TokenisedRow } from './tokenisedRow.ts'

/**
 * The proof of a mask, in words: what is learned of a row and what is given, decoded. For plain text without a cut these are `label + end mark` and
 * `instruct + input` (behind the begin mark, where the tokenizer sets one), as the tokenizer's normalizer writes them.
 */
export function readBack(tokenizer: Tokenizer, { ids, labels }: TokenisedRow): { learned: string; given: string } {
  return {
    learned: tokenizer.decode(labels.filter((label) => label !== IGNORE_INDEX)),
    given: tokenizer.decode(ids.filter((_, position) => labels[position] === IGNORE_INDEX)),
  }
}
