/** sacrebleu's defaults: character n-grams up to six, recall weighs twice as much as precision, white space left out, no words. */
const ORDER = 6
const BETA = 2
/** What Python's `str.split` takes for white space: `\s` has the byte order mark besides, and lacks U+001C to U+001F and U+0085. */
// eslint-disable-next-line no-control-regex -- control characters are part of it
const WHITE_SPACE = /[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/g

function ngrams(characters: readonly string[], order: number): Map<string, number> {
  const counts = new Map<string, number>()
  for (let start = 0; start + order <= characters.length; start++) {
    const ngram = characters.slice(start, start + order).join('')
    counts.set(ngram, (counts.get(ngram) ?? 0) + 1)
  }
  return counts
}

/**
 * chrF of one text (Popović 2015, aclanthology.org/W15-3049), as sacrebleu's `sentence_chrf` computes it: precision and recall are averaged over
 * the orders that both texts have n-grams of. Two texts without a character are alike: 100.
 * @returns 0 to 100
 */
export function characterFScore(hypothesis: string, reference: string): number {
  const [found, wanted] = [hypothesis, reference].map((text) => Array.from(text.replace(WHITE_SPACE, ''))) as [string[], string[]]
  if (found.length === 0 && wanted.length === 0) return 100
  let precision = 0
  let recall = 0
  let orders = 0
  for (let order = 1; order <= ORDER; order++) {
    const [foundCount, wantedCount] = [found.length - order + 1, wanted.length - order + 1]
    if (foundCount <= 0 || wantedCount <= 0) continue
    const inReference = ngrams(wanted, order)
    let matches = 0
    for (const [ngram, count] of ngrams(found, order)) matches += Math.min(count, inReference.get(ngram) ?? 0)
    precision += matches / foundCount
    recall += matches / wantedCount
    orders++
  }
  if (precision + recall === 0) return 0
  const [p, r] = [precision / orders, recall / orders]
  return (100 * (1 + BETA ** 2) * p * r) / (BETA ** 2 * p + r)
}
