import { openTokenizer, type Tokenizer } from '../../engine/2-tokens/openTokenizer.ts'
import { fingerprintOf, keepOpen, type KeptOpen } from '../keepOpen.ts'

/** What `openTokenizer` reads. */
const TOKENIZER_FILES =
  /^(tokenizer\.json|tokenizer_config\.json|special_tokens_map\.json|chat_template\.jinja|generation_config\.json|config\.json)$/

/** The window looks at one model's tokens, and sometimes back at another's. */
const MOST_TOKENIZERS = 2
const IDLE_MILLISECONDS = 10 * 60_000

export const keepTokenizers = (): KeptOpen<Tokenizer> =>
  keepOpen({
    open: openTokenizer,
    close: (tokenizer) => tokenizer.close(),
    dependsOn: TOKENIZER_FILES,
    most: MOST_TOKENIZERS,
    idleMilliseconds: IDLE_MILLISECONDS,
  })

export interface TokenizerDescription {
  /** Changes when the tokenizer's files do: what was tokenised before counts no longer. */
  fingerprint: string
  hasChatTemplate: boolean
}

export const describeTokenizer = async (folder: string, tokenizer: Tokenizer): Promise<TokenizerDescription> => ({
  fingerprint: await fingerprintOf(folder, TOKENIZER_FILES),
  hasChatTemplate: tokenizer.chatTemplate !== null,
})
