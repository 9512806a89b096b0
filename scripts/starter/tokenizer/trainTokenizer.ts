import type { CorpusPart } from '../corpus/buildCorpus.ts'
import { asInBook } from '../corpus/documents.ts'
import { CHINESE_PUNCTUATION, commonCharacters } from './commonCharacters.ts'
import { segments } from './segments.ts'
import { SPECIAL_TOKENS } from './tokenizerFiles.ts'
import { type Bpe, trainBpe } from './trainBpe.ts'

/** Special tokens included. */
export const VOCABULARY_SIZE = 6144

/** More than any stretch of the corpus occurs: such characters are merged before all others. */
const ALWAYS = 1_000_000

/**
 * Learns the vocabulary from the training part of the corpus.
 * @param sampleText every character of it becomes one token, as today's common characters and Chinese punctuation do
 */
export function trainTokenizer({ poems, prose }: CorpusPart, sampleText: string): Bpe {
  const counts = new Map<string, number>()
  for (const text of [...poems.map(asInBook), ...prose]) {
    for (const segment of segments(text)) counts.set(segment, (counts.get(segment) ?? 0) + 1)
  }
  const sampleCharacters = sampleText.match(/\p{Script=Han}/gu) ?? []
  for (const character of [...commonCharacters(), ...CHINESE_PUNCTUATION, ...sampleCharacters]) counts.set(character, ALWAYS)
  return trainBpe(counts, VOCABULARY_SIZE - SPECIAL_TOKENS.length)
}
