import { TuneDeskError } from '../contract/error.ts'
import type { Row } from '../contract/row.ts'
import type { Tokenizer } from '../engine/2-tokens/openTokenizer.ts'
import { answerIds, type TemplateKind } from '../engine/2-tokens/rowText.ts'
import type { TokenId } from '../engine/2-tokens/tokenisedRow.ts'

/** What an answer may have more than what it should be: room to show that it does not stop. */
const SPARE_TOKENS = 24

/** How many tokens an answer to a row's question may have in a test: room for the label, and for the input recited before it. */
export const answerTokens = (tokenizer: Tokenizer, { input, label }: Pick<Row, 'input' | 'label'>): number =>
  tokenizer.encode(input + label, { addSpecialTokens: false }).length + SPARE_TOKENS

/** What a model that has learned a row answers to its question, for `generate` to read along; nothing where a template cannot write the row. */
export async function answerDraft(tokenizer: Tokenizer, row: Row, template: TemplateKind): Promise<TokenId[]> {
  try {
    return await answerIds(tokenizer, row, template)
  } catch (error) {
    if (error instanceof TuneDeskError) return []
    throw error
  }
}
