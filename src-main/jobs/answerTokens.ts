import type { Row } from '../contract/row.ts'
import type { Tokenizer } from '../engine/2-tokens/openTokenizer.ts'

/** What an answer may have more than what it should be: room to show that it does not stop. */
const SPARE_TOKENS = 24

/** How many tokens an answer to a row's question may have in a test: room for the label, and for the input recited before it. */
export const answerTokens = (tokenizer: Tokenizer, { input, label }: Pick<Row, 'input' | 'label'>): number =>
  tokenizer.encode(input + label, { addSpecialTokens: false }).length + SPARE_TOKENS
