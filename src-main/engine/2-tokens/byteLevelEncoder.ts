import type { ByteLevelModel } from './byteLevelModel.ts'
import type { TokenId } from './tokenisedRow.ts'
import type { AddedToken } from './tokenizerFiles.ts'
import { createWordMerger } from './wordMerger.ts'

/** Words whose tokens are remembered, and how long they are at most: those that come again and again are short. */
const MOST_WORDS = 50_000
const LONGEST_WORD = 32

export interface TextSteps {
  addedTokens: readonly AddedToken[]
  /** Null where the text stays as it is. */
  normalize: ((text: string) => string) | null
  /** A text's words, as `ByteLevelModel.split` says. */
  split: (text: string) => string[]
}

/**
 * Byte-level BPE (Radford et al. 2019) without the strings in between that a library shows its callers (docs/adr/0015).
 * @returns a function of a text that gives its ids, without what a post-processor adds
 */
export function createByteLevelEncoder(
  { tokenOfByte, table, tokenOfWord }: ByteLevelModel,
  { addedTokens, normalize, split }: TextSteps,
): (text: string) => TokenId[] {
  const isNormalized = ({ normalized }: AddedToken): boolean => normalized && normalize !== null
  const inText = splitterOf(addedTokens.filter((token) => !isNormalized(token)).map((token) => [token.content, token]))
  const inNormalized = splitterOf(
    addedTokens.filter(isNormalized).map((token) => [normalize?.(token.content) ?? token.content, token]),
  )
  const encoder = new TextEncoder()
  const merge = createWordMerger(table)
  const remembered = new Map<string, TokenId[]>()

  const encodeWord = (word: string): TokenId[] => {
    const known = remembered.get(word)
    if (known !== undefined) return known
    const bytes = encoder.encode(word)
    const whole = tokenOfWord?.(bytes)
    const ids = whole === undefined ? merge(tokensOf(bytes)) : [whole]
    if (word.length <= LONGEST_WORD) {
      if (remembered.size >= MOST_WORDS) remembered.clear()
      remembered.set(word, ids)
    }
    return ids
  }
  /** As in the Rust library (bpe/model.rs, merge_word), a byte without a token is left out before anything merges. */
  const tokensOf = (bytes: Uint8Array): TokenId[] => {
    const tokens: TokenId[] = []
    for (const byte of bytes) {
      const token = tokenOfByte[byte]
      if (token !== undefined) tokens.push(token)
    }
    return tokens
  }

  return (text) => {
    const ids: TokenId[] = []
    for (const section of inText(text)) {
      if (typeof section !== 'string') ids.push(section.id)
      else
        for (const part of inNormalized(normalize === null ? section : normalize(section))) {
          if (typeof part !== 'string') ids.push(part.id)
          else for (const word of split(part)) for (const id of encodeWord(word)) ids.push(id)
        }
    }
    return ids
  }
}

/** What lies between added tokens, and the tokens: the leftmost, of those that begin alike the longest. */
function splitterOf(
  tokens: readonly (readonly [content: string, token: AddedToken])[],
): (text: string) => (string | AddedToken)[] {
  const byContent = new Map(tokens.filter(([content]) => content !== ''))
  if (byContent.size === 0) return (text) => (text === '' ? [] : [text])
  const longestFirst = [...byContent.keys()].sort((a, b) => b.length - a.length)
  const pattern = new RegExp(longestFirst.map((content) => content.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&')).join('|'), 'g')
  return (text) => {
    const parts: (string | AddedToken)[] = []
    let end = 0
    /** The space before a token with `lstrip`, and behind one with `rstrip`, is part of the token. */
    let strips = false
    const put = (between: string, before: AddedToken | null): void => {
      const behindToken = strips ? between.replace(/^\p{White_Space}+/u, '') : between
      const part = before?.lstrip ? behindToken.replace(/\p{White_Space}+$/u, '') : behindToken
      if (part !== '') parts.push(part)
    }
    for (const match of text.matchAll(pattern)) {
      const token = byContent.get(match[0])
      if (!token) continue
      put(text.slice(end, match.index), token)
      parts.push(token)
      end = match.index + match[0].length
      strips = token.rstrip
    }
    put(text.slice(end), null)
    return parts
  }
}
