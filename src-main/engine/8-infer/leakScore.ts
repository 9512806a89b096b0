/** Units in a row that count as repeated: three Han characters, or three words. Fewer happen to be alike. */
const RUN = 3
/** A Han or kana character, or a run of other letters and digits. Punctuation and white space do not count. */
const UNIT =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]|(?:(?![\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}])[\p{L}\p{N}\p{M}])+/gu

const unitsOf = (text: string): string[] => text.normalize('NFKC').toLowerCase().match(UNIT) ?? []

/** For each unit of `source`, whether it lies in a run of `length` units that stands in `text` as well. */
function repeated(source: readonly string[], text: readonly string[], length: number): boolean[] {
  const key = (units: readonly string[], start: number): string => units.slice(start, start + length).join(' ')
  const runs = new Set(Array.from({ length: Math.max(0, text.length - length + 1) }, (_, start) => key(text, start)))
  const covered = source.map(() => false)
  for (let start = 0; start + length <= source.length; start++)
    if (runs.has(key(source, start))) covered.fill(true, start, start + length)
  return covered
}

/**
 * How much of an input an answer gives back that no label has: of the input's units that the labels do not repeat, the share that the answer
 * repeats. A unit is a Han character or a word; repeated is what lies in a run of three units (of all, where the input has fewer).
 * @returns 0 (nothing, as where the answer is a label) to 1 (all); null where the input has nothing that the labels do not have
 */
export function leakScore(answer: string, input: string, labels: readonly string[]): number | null {
  const source = unitsOf(input)
  const length = Math.min(RUN, source.length)
  if (length === 0) return null
  const inLabels = labels.map((label) => repeated(source, unitsOf(label), length))
  const own = source.map((_, at) => !inLabels.some((covered) => covered[at]))
  const total = own.filter(Boolean).length
  if (total === 0) return null
  const inAnswer = repeated(source, unitsOf(answer), length)
  return own.filter((isOwn, at) => isOwn && inAnswer[at]).length / total
}
