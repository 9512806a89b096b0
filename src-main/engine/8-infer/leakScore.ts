/** Units in a row that count as repeated: three Han characters, or three words. Fewer happen to be alike. */
const RUN = 3
/** A Han or kana character, or a run of other letters and digits. Punctuation and white space do not count. */
const UNIT =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]|(?:(?![\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}])[\p{L}\p{N}\p{M}])+/gu

type Units = readonly string[]

const unitsOf = (text: string): Units => text.normalize('NFKC').toLowerCase().match(UNIT) ?? []
const runAt = (units: Units, start: number, length: number): string => units.slice(start, start + length).join(' ')

/** All runs of `length` units that stand in any of these texts. */
function runsOf(texts: readonly Units[], length: number): Set<string> {
  const runs = new Set<string>()
  for (const units of texts) for (let start = 0; start + length <= units.length; start++) runs.add(runAt(units, start, length))
  return runs
}

/** For each unit of `source`, whether it lies in one of these runs. */
function repeated(source: Units, runs: ReadonlySet<string>, length: number): boolean[] {
  const covered = source.map(() => false)
  for (let start = 0; start + length <= source.length; start++)
    if (runs.has(runAt(source, start, length))) covered.fill(true, start, start + length)
  return covered
}

/**
 * How much of an input an answer gives back that no label has: of the input's units that the labels do not repeat, the share that the answer
 * repeats. A unit is a Han character or a word; repeated is what lies in a run of three units (of all, where the input has fewer).
 * @param labels the good answers; their runs are gathered once for any number of answers and inputs
 * @returns of an answer and an input: 0 (nothing, as where the answer is a label) to 1 (all); null where the input has nothing that the labels
 * do not have
 */
export function leakScore(labels: readonly string[]): (answer: string, input: string) => number | null {
  const unitsOfLabels = labels.map(unitsOf)
  const runsOfLabels = Array.from({ length: RUN }, (_, index) => lazy(() => runsOf(unitsOfLabels, index + 1)))
  return (answer, input) => {
    const source = unitsOf(input)
    const length = Math.min(RUN, source.length)
    const inLabels = runsOfLabels[length - 1]
    if (!inLabels) return null
    const isLabels = repeated(source, inLabels(), length)
    const own = isLabels.filter((is) => !is).length
    if (own === 0) return null
    const isAnswers = repeated(source, runsOf([unitsOf(answer)], length), length)
    return isAnswers.filter((is, at) => is && !isLabels[at]).length / own
  }
}

function lazy<T>(make: () => T): () => T {
  let made: { value: T } | undefined
  return () => (made ??= { value: make() }).value
}
