/** A batch of rows: how many tokens each has, and how many of them, at its end, are learned. */
export type Workload = readonly { tokens: number; learned: number }[]

/** One question and answer each; what the peers were first measured on. Lengths in tokens of Qwen's tokenizer. */
export const WORKLOADS = {
  /** The tutorial's two poems. */
  seed: [
    { tokens: 48, learned: 21 },
    { tokens: 31, learned: 11 },
  ],
  /** Eight Chinese examples. */
  zh: [69, 69, 66, 64, 63, 63, 62, 62].map((tokens) => ({ tokens, learned: 22 })),
  /** Four long ones. */
  long: [513, 510, 508, 506].map((tokens, row) => ({ tokens, learned: row < 2 ? 105 : 104 })),
} as const satisfies Record<string, Workload>

export type WorkloadName = keyof typeof WORKLOADS

export interface BenchRow {
  input_ids: number[]
  labels: number[]
}

/** Rows of a workload with ids drawn from a fixed sequence: the same for us and for the peer. */
export function benchRows(workload: Workload, vocabularySize: number): BenchRow[] {
  let state = 1
  const draw = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * vocabularySize)
  }
  return workload.map(({ tokens, learned }) => {
    const ids = Array.from({ length: tokens }, draw)
    return { input_ids: ids, labels: ids.map((id, at) => (at < tokens - learned ? -100 : id)) }
  })
}
