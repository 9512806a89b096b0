import type { TokenisedRow } from '../../src-main/engine/2-tokens/tokenisedRow.ts'
import { randomSource } from '../starter/random.ts'

/** A row's length in tokens, and how many of them, at its end, are learned. */
type RowLength = readonly [tokens: number, learned: number]

/** Rows as they come: the tutorial's two poems, eight short questions in Chinese, four long texts; their lengths by Qwen2.5's tokenizer. */
const LENGTHS = {
  seed: [
    [48, 21],
    [31, 11],
  ],
  zh: [
    [69, 24],
    [63, 21],
    [66, 22],
    [60, 19],
    [69, 25],
    [64, 22],
    [61, 20],
    [66, 23],
  ],
  long: [
    [512, 108],
    [512, 104],
    [501, 99],
    [512, 107],
  ],
} as const satisfies Record<string, readonly RowLength[]>

export type WorkloadName = keyof typeof LENGTHS
export const WORKLOAD_NAMES = Object.keys(LENGTHS) as WorkloadName[]

/** What one optimizer step is given: one batch of rows. The time of a step depends on the rows' lengths, not on their words. */
export interface Workload {
  name: WorkloadName
  rows: Pick<TokenisedRow, 'ids' | 'labels'>[]
}

/** @param lengthDivisor makes rows that much shorter, for a quick try */
export function workload(name: WorkloadName, vocabularySize: number, lengthDivisor = 1): Workload {
  const random = randomSource(`workload ${name}`)
  const rows = LENGTHS[name].map(([tokens, learned]) => {
    const ids = Array.from({ length: Math.ceil(tokens / lengthDivisor) }, () => Math.floor(random() * vocabularySize))
    const given = ids.length - Math.ceil(learned / lengthDivisor)
    return { ids, labels: ids.map((id, position) => (position < given ? -100 : id)) }
  })
  return { name, rows }
}

export const tokensOf = ({ rows }: Workload): number => rows.reduce((sum, { ids }) => sum + ids.length, 0)
export const learnedOf = ({ rows }: Workload): number => rows.flatMap(({ labels }) => labels).filter((label) => label >= 0).length
