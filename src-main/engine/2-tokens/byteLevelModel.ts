import { byteAlphabet } from './byteAlphabet.ts'
import { createMergeTable, type MergeTable } from './mergeTable.ts'
import type { TokenId } from './tokenisedRow.ts'
import type { TokenizerConfig, TokenizerJson } from './tokenizerFiles.ts'

interface Step {
  type: string
  [field: string]: unknown
}

/** A tokenizer whose words are bytes that merge, as GPT-2's, Qwen's, Llama 3's and SmolLM's are. */
export interface ByteLevelModel {
  /** What splits a text into words, as `tokenizer.json` writes it. */
  split: { type: 'Sequence'; pretokenizers: Step[] }
  /** The token of each byte; undefined where the vocabulary has none. */
  tokenOfByte: (TokenId | undefined)[]
  table: MergeTable
  /** A word that the vocabulary has is its token, however its bytes would merge (`ignore_merges`); undefined where it has none. */
  tokenOfWord: ((bytes: Uint8Array) => TokenId | undefined) | null
}

/** Steps that only split. */
const SPLITTING = ['Split', 'Digits', 'Punctuation']

/** @param tokenizerJson as `refineTokenizerJson` gives it @returns null for a tokenizer of any other kind */
export function byteLevelModel({ model, pre_tokenizer }: TokenizerJson, config: TokenizerConfig): ByteLevelModel | null {
  const steps = flatten(pre_tokenizer)
  const bytes = steps.pop()
  if (bytes?.type !== 'ByteLevel' || bytes['use_regex'] !== false || bytes['add_prefix_space'] === true) return null
  if (!steps.every(({ type }) => SPLITTING.includes(type))) return null
  // What the library does to a text beside what tokenizer.json says.
  if (config['remove_space'] === true || config['do_lowercase_and_remove_accent'] === true) return null

  const { type, vocab, merges, ignore_merges, byte_fallback } = model
  if (type !== 'BPE' || Array.isArray(vocab) || !Array.isArray(merges)) return null
  if (model['continuing_subword_prefix'] || model['end_of_word_suffix']) return null
  const id = (token: string): TokenId | undefined => (Object.hasOwn(vocab, token) ? vocab[token] : undefined)
  const characters = [...byteAlphabet()].sort(([, a], [, b]) => a - b).map(([character]) => character)
  const tokenOfByte = characters.map(id)
  // Bytes without a token are left out, unless there is something to stand for them.
  if (tokenOfByte.includes(undefined) && (model['unk_token'] || byte_fallback)) return null

  const known: [TokenId, TokenId, TokenId][] = []
  for (const merge of merges as (string | [string, string])[]) {
    const [left = '', right = ''] = typeof merge === 'string' ? merge.split(' ', 2) : merge
    const [leftId, rightId, merged] = [id(left), id(right), id(left + right)]
    if (leftId === undefined || rightId === undefined || merged === undefined) return null
    known.push([leftId, rightId, merged])
  }
  return {
    split: { type: 'Sequence', pretokenizers: steps },
    tokenOfByte,
    table: createMergeTable(known),
    tokenOfWord: ignore_merges === true ? (word) => id(Array.from(word, (byte) => characters[byte]).join('')) : null,
  }
}

function flatten(step: Step | null): Step[] {
  if (step === null) return []
  return step.type === 'Sequence' ? (step['pretokenizers'] as Step[]).flatMap(flatten) : [step]
}
