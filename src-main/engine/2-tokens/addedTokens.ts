import type { AddedToken, TokenizerConfig, TokenizerJson } from './tokenizerFiles.ts'

/** The order in which transformers goes through a tokenizer's named special tokens. */
const NAMED_TOKENS = ['bos_token', 'eos_token', 'unk_token', 'sep_token', 'pad_token', 'cls_token', 'mask_token'] as const

/** A tokenizer's special tokens that have a name, by that name. */
export const namedTokens = (config: TokenizerConfig): Record<string, string> =>
  Object.fromEntries(NAMED_TOKENS.flatMap((name) => (config[name] ? [[name, config[name]]] : [])))

/** The id of a token by `tokenizer.json` alone. */
export function idOfToken({ added_tokens, model }: TokenizerJson, content: string): number | undefined {
  const added = added_tokens.find((token) => token.content === content)
  if (added) return added.id
  if (Array.isArray(model.vocab)) {
    const index = model.vocab.findIndex((entry) => Array.isArray(entry) && entry[0] === content)
    return index < 0 ? undefined : index
  }
  return Object.hasOwn(model.vocab, content) ? model.vocab[content] : undefined
}

/**
 * Adds a token the way the `tokenizers` library does (added_vocabulary.rs, AddedVocabulary::add_tokens): one that the vocabulary has keeps its id,
 * a new one comes behind the vocabulary and behind the highest added token.
 * @returns the token's id
 */
export function addToken(tokenizerJson: TokenizerJson, token: Omit<AddedToken, 'id'>): number {
  const { added_tokens, model } = tokenizerJson
  const there = added_tokens.find(({ content }) => content === token.content)
  if (there) return there.id
  const vocabularySize = Array.isArray(model.vocab) ? model.vocab.length : Object.keys(model.vocab).length
  const behindAdded = added_tokens.reduce((highest, { id }) => Math.max(highest, id), -1) + 1
  const id = idOfToken(tokenizerJson, token.content) ?? Math.max(vocabularySize, behindAdded)
  added_tokens.push({ id, ...token })
  added_tokens.sort((a, b) => a.id - b.id)
  return id
}

export const specialToken = (content: string): Omit<AddedToken, 'id'> => ({
  content,
  single_word: false,
  lstrip: false,
  rstrip: false,
  normalized: false,
  special: true,
})

/**
 * Adds to `tokenizer.json`'s tokens those that only the config knows, as transformers does when it opens a folder
 * (tokenization_utils_tokenizers.py, TokenizersBackend.__init__).
 */
export function addTokensOfConfig(tokenizerJson: TokenizerJson, config: TokenizerConfig): void {
  const decoder = Object.entries(config.added_tokens_decoder ?? {}).sort(([a], [b]) => Number(a) - Number(b))
  for (const [, token] of decoder) addToken(tokenizerJson, token)
  const extra = config.extra_special_tokens ?? config.additional_special_tokens ?? []
  for (const content of [...Object.values(namedTokens(config)), ...Object.values(extra)])
    addToken(tokenizerJson, specialToken(content))
}
