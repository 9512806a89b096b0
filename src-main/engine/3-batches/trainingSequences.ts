/** Indices of the rows that stand in one sequence, one after another. They never see each other. */
export type Sequence = readonly number[]

export interface SequenceSettings {
  /** Whether rows are put together until they fill `max_length` tokens. */
  packing: boolean
  max_length: number
}

/** TRL packs a dataset in parts of so many rows (datasets' `Dataset.map`, `batch_size`). */
const ROWS_AT_ONCE = 1000

/**
 * What batches are made of, by the rows' lengths in tokens: every row for itself, or packed by best fit decreasing: from the longest row on, each goes
 * into the fullest sequence that has room for it. Source: TRL 1.16, data_utils.py, _pack_bfd; a row without tokens is in no sequence.
 */
export function trainingSequences(lengths: readonly number[], { packing, max_length }: SequenceSettings): Sequence[] {
  if (!packing) return lengths.map((_, row) => [row])
  const sequences: Sequence[] = []
  for (let start = 0; start < lengths.length; start += ROWS_AT_ONCE)
    for (const sequence of bestFitDecreasing(lengths.slice(start, start + ROWS_AT_ONCE), max_length))
      sequences.push(sequence.map((row) => start + row))
  return sequences
}

function bestFitDecreasing(lengths: readonly number[], capacity: number): Sequence[] {
  const sequences: number[][] = []
  /** Sequences by the number of tokens that they have room for; of several those that have waited longest first. */
  const open = new Map<number, number[][]>()
  const rows = lengths.map((length, row) => ({ length, row })).filter(({ length }) => length > 0)
  for (const { length, row } of rows.sort((a, b) => b.length - a.length)) {
    let room = capacity
    for (const tokens of open.keys()) if (tokens >= length && tokens < room) room = tokens
    const [sequence = [], ...waiting] = open.get(room) ?? []
    if (waiting.length > 0) open.set(room, waiting)
    else open.delete(room)
    if (sequence.length === 0) sequences.push(sequence)
    sequence.push(row)
    const left = room - length
    if (left > 0) open.set(left, [...(open.get(left) ?? []), sequence])
  }
  return sequences
}
