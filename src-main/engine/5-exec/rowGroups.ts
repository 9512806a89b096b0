import type { Batch } from '../3-batches/batch.ts'
import { evenStretches } from '../4-graph/elements.ts'
import type { Program } from '../4-graph/program.ts'
import type { Executable, Executor, Tensor } from './executor.ts'
import { runParts } from './runParts.ts'

/** Tokens of a group's rows within packed tensors: `length` for each row, one row behind the other. */
interface Stretch {
  /** Index of the first. */
  start: number
  length: number
}

/** Neighbouring rows of the same lengths, or a stretch of one long row. */
export interface RowGroup {
  rows: number
  /** What the rows lay, among the laid tokens: their ends, 'Q' of a program. */
  laid: Stretch
  /** All that these may see: the rows from their beginnings, among `rowTokens`, 'T' of a program. */
  whole: Stretch
}

/** Scores of a head in one group at most: they should stay in the cache. */
export const SCORES_PER_HEAD = 512 * 512

/** A longer row is computed in stretches, each with the tokens up to its own: most of what the causal mask hides is never computed. */
export const QUERIES_AT_ONCE = 128

export function groupRows(
  { rowStarts, rowLengths }: Pick<Batch, 'rowStarts' | 'rowLengths'>,
  queriesAtOnce = QUERIES_AT_ONCE,
): RowGroup[] {
  const groups: RowGroup[] = []
  let wholeStart = 0
  rowLengths.forEach((length, row) => {
    const start = rowStarts[row] ?? 0
    const laid = { start, length: (rowStarts[row + 1] ?? 0) - start }
    const last = groups.at(-1)
    const isAlike = last?.laid.length === laid.length && last.whole.length === length
    if (laid.length > queriesAtOnce) {
      const seenBefore = length - laid.length
      for (const part of evenStretches(laid.length, Math.ceil(laid.length / queriesAtOnce)))
        groups.push({
          rows: 1,
          laid: { start: start + part.start, length: part.count },
          whole: { start: wholeStart, length: seenBefore + part.start + part.count },
        })
    } else if (isAlike && (last.rows + 1) * laid.length * length <= SCORES_PER_HEAD) last.rows++
    else groups.push({ rows: 1, laid, whole: { start: wholeStart, length } })
    wholeStart += length
  })
  return groups
}

/**
 * Runs a program over packed tensors group by group: what it takes and gives as [B, Q, …] is packed as the rows lay their tokens [N, …], what it
 * takes and gives as [B, T, …] as `rowTokens`. What several groups give for the same tokens adds up.
 * @param shared what every row of a group is fed beside its part of `packed`
 * @param destinations packed tensors for the outputs, where the executor writes destinations
 * @returns the outputs, packed
 */
export async function runRowGroups<Name extends string>(
  executor: Executor,
  executable: Executable,
  groups: readonly RowGroup[],
  packed: Readonly<Record<string, Tensor>>,
  shared: (group: RowGroup) => Readonly<Record<string, Tensor>>,
  destinations: Readonly<Record<Name, Tensor | undefined>>,
): Promise<Record<Name, Tensor>> {
  const sides = sidesOf(executable.program)
  const parts = groups.map((group) => ({
    inputs: shared(group),
    stretch: (name: string) => {
      const { start, length } = group[sides.get(name) ?? 'laid']
      return { start, shape: [group.rows, length] }
    },
  }))
  const overlaps = groups.some(({ whole }, i) => groups[i + 1]?.whole.start === whole.start)
  const summed = (Object.keys(destinations) as Name[]).filter((name) => overlaps && sides.get(name) === 'whole')
  return runParts(executor, executable, parts, packed, destinations, summed)
}

/** By each tensor's second axis, which of a row's tokens it is about. */
function sidesOf({ inputs, outputs, graph }: Program): Map<string, 'laid' | 'whole'> {
  const shapes = [
    ...inputs.map(({ name, shape }) => ({ name, shape })),
    ...[...outputs].map(([name, value]) => ({ name, shape: graph.shape(value) })),
  ]
  return new Map(shapes.map(({ name, shape }) => [name, shape[1] === 'Q' ? 'laid' : 'whole']))
}
