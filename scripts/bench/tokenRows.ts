import type { Row } from '../../src-main/contract/row.ts'
import type { Tokenizer } from '../../src-main/engine/2-tokens/openTokenizer.ts'
import { randomSource } from '../starter/random.ts'

export const LANGUAGES = ['zh', 'en'] as const
export type Language = (typeof LANGUAGES)[number]

/** Of each language the tokenizer's own words, and what ends a phrase of so many. */
const WRITING = {
  zh: { word: /^\p{Script=Han}+$/u, phraseEnd: '，', sentenceEnd: '。', wordsOfPhrase: 6 },
  en: { word: /^ [a-z]+$/, phraseEnd: ',', sentenceEnd: '.', wordsOfPhrase: 9 },
}
const TOKENS_OF_QUESTION = 20

/**
 * Rows of about so many tokens each, no two alike: words of the vocabulary, the n-th of them n times as rare as the first, as in texts that people write
 * (Zipf). A vocabulary has its frequent words first.
 */
export function tokenRows(tokenizer: Tokenizer, language: Language, count: number, tokens: number): Row[] {
  const { word, phraseEnd, sentenceEnd, wordsOfPhrase } = WRITING[language]
  const words: string[] = []
  for (let id = 0; id < tokenizer.vocabularySize; id++) {
    const text = tokenizer.decode([id])
    if (word.test(text)) words.push(text)
  }
  const random = randomSource(`rows in ${language}`)
  // Of n words with weights 1/k the k-th is drawn where the uniform variable meets log k / log n.
  const draw = (): string => words[Math.floor(words.length ** random()) - 1] ?? ''
  const text = (length: number): string => {
    let written = ''
    for (let n = 1; n < length; n++) {
      const ends = n % (wordsOfPhrase + 1) === 0
      written += ends ? (n % (2 * wordsOfPhrase + 2) === 0 ? sentenceEnd : phraseEnd) : draw()
    }
    return written + sentenceEnd
  }
  return Array.from({ length: count }, () => ({
    instruct: '',
    input: text(TOKENS_OF_QUESTION),
    label: text(tokens - TOKENS_OF_QUESTION),
  }))
}
