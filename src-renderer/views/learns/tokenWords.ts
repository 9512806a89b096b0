import type { ExplainedToken } from '../../../src-main/contract/areas/learns.ts'
import type { Translation } from '../../i18n/translation.ts'
import { visibleText } from './visibleText.ts'

/** Why a token is learned or not, in a sentence. */
export function whyWords({ why, reason }: Pick<ExplainedToken, 'why' | 'reason'>, limit: number, { text }: Translation): string {
  const isGiven = reason === 'given'
  switch (why) {
    case 'question':
      return text(isGiven ? 'learns.why-question-given' : 'learns.why-question-learned')
    case 'across':
      return text(isGiven ? 'learns.why-across-given' : 'learns.why-across-learned')
    case 'template':
      return text(isGiven ? 'learns.why-template-given' : 'learns.why-template-learned')
    case 'tokenizer':
      return text(isGiven ? 'learns.why-tokenizer-given' : 'learns.why-tokenizer-learned')
    case 'limit':
      return text('learns.why-limit', { limit })
    case 'answer':
    case 'first':
    case 'end-mark':
      return text(`learns.why-${why}`)
    default:
      return why satisfies never
  }
}

/** The token's characters; of one that only goes on with a character, that character. */
export function shownCharacters(token: Pick<ExplainedToken, 'text' | 'partOf'>, { text }: Translation): string {
  if (token.text !== '') return visibleText(token.text)
  return token.partOf === null ? '' : text('learns.token-part', { whole: visibleText(token.partOf) })
}

/** Everything about a token, for readers of the screen. */
export const tokenLabel = (token: ExplainedToken, limit: number, translation: Translation): string =>
  translation.text('learns.token-label', {
    text: shownCharacters(token, translation),
    // An id is a name, not an amount: it has no separators.
    id: String(token.id),
    state: translation.text(`learns.${token.reason}`),
    why: whyWords(token, limit, translation),
  })
