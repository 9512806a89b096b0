import { byteAlphabet } from '../../../src-main/engine/2-tokens/byteAlphabet.ts'

/** A byte-level BPE vocabulary, its tokens written in the characters of `byteAlphabet`. */
export interface Bpe {
  /** Index: token id. */
  vocabulary: string[]
  /** The earlier, the sooner applied. */
  merges: [left: string, right: string][]
}

interface Word {
  tokens: number[]
  count: number
}

/** A pair of token ids as one number. */
const PAIR_BASE = 2 ** 20

/**
 * Learns byte-level BPE (Sennrich et al. 2016): joins the most frequent pair of neighbouring tokens until the vocabulary is full or
 * no pair is left. Equal counts: the pair with the lower ids first, so that the same counts always give the same vocabulary.
 * @param counts how often each stretch of text occurs; nothing is merged across the edge of a stretch
 */
export function trainBpe(counts: ReadonlyMap<string, number>, vocabularySize: number): Bpe {
  const characters = [...byteAlphabet().keys()]
  const vocabulary = characters.toSorted((a, b) => (a < b ? -1 : 1))
  const ids = new Map(vocabulary.map((token, id) => [token, id]))
  const byteIds = characters.map((character) => ids.get(character) as number)

  const encoder = new TextEncoder()
  const words = [...counts].map(([text, count]): Word => ({
    tokens: Array.from(encoder.encode(text), (byte) => byteIds[byte] as number),
    count,
  }))
  const pairs = new PairIndex()
  for (const word of words) pairs.add(word)

  const merges: Bpe['merges'] = []
  while (vocabulary.length < vocabularySize) {
    const best = pairs.mostFrequent()
    if (best === undefined) break
    const [left, right] = [Math.floor(best / PAIR_BASE), best % PAIR_BASE]
    const [leftText, rightText] = [vocabulary[left] as string, vocabulary[right] as string]
    const merged = vocabulary.push(leftText + rightText) - 1
    merges.push([leftText, rightText])
    for (const word of pairs.wordsWith(best)) {
      pairs.remove(word)
      word.tokens = joinPair(word.tokens, left, right, merged)
      pairs.add(word)
    }
  }
  return { vocabulary, merges }
}

function joinPair(tokens: number[], left: number, right: number, merged: number): number[] {
  const joined: number[] = []
  for (let i = 0; i < tokens.length; i++) {
    if (tokens[i] === left && tokens[i + 1] === right) {
      joined.push(merged)
      i++
    } else joined.push(tokens[i] as number)
  }
  return joined
}

/** How often each pair of neighbours occurs, and in which words. */
class PairIndex {
  private readonly counts = new Map<number, number>()
  private readonly words = new Map<number, Set<Word>>()

  add(word: Word): void {
    for (const pair of pairsOf(word)) {
      this.counts.set(pair, (this.counts.get(pair) ?? 0) + word.count)
      const holders = this.words.get(pair)
      if (holders) holders.add(word)
      else this.words.set(pair, new Set([word]))
    }
  }

  remove(word: Word): void {
    for (const pair of pairsOf(word)) {
      const count = (this.counts.get(pair) ?? 0) - word.count
      if (count > 0) this.counts.set(pair, count)
      else this.counts.delete(pair)
      this.words.get(pair)?.delete(word)
    }
  }

  mostFrequent(): number | undefined {
    let best: number | undefined
    let bestCount = 0
    for (const [pair, count] of this.counts) {
      if (count > bestCount || (count === bestCount && best !== undefined && pair < best)) {
        best = pair
        bestCount = count
      }
    }
    return best
  }

  wordsWith(pair: number): Word[] {
    return [...(this.words.get(pair) ?? [])]
  }
}

function pairsOf({ tokens }: Word): number[] {
  return tokens.slice(1).map((right, i) => (tokens[i] as number) * PAIR_BASE + right)
}
