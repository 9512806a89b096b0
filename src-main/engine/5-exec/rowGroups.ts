import { count } from '../4-graph/elements.ts'
import type { Executable, Executor, Tensor } from './executor.ts'

/** Neighbouring rows of the same length within packed tensors. */
export interface RowGroup {
  /** Index of the group's first token. */
  start: number
  rows: number
  /** Tokens in each of the rows. */
  length: number
}

/** Rows × length² of a group at most: its attention scores should stay in the cache. */
const SCORES_PER_HEAD = 512 * 512

/** @param rowStarts first token of each row, and the end of the last [R + 1] */
export function groupRows(rowStarts: Int32Array): RowGroup[] {
  const groups: RowGroup[] = []
  for (let row = 0; row + 1 < rowStarts.length; row++) {
    const start = rowStarts[row] ?? 0
    const length = (rowStarts[row + 1] ?? 0) - start
    const last = groups.at(-1)
    if (last?.length === length && (last.rows + 1) * length * length <= SCORES_PER_HEAD) last.rows++
    else groups.push({ start, rows: 1, length })
  }
  return groups
}

/**
 * Runs a program that takes rows as [B, T, …] over packed tensors [N, …], group by group.
 * @param shared what every row of that length is fed beside its part of `packed`
 * @param destinations packed tensors for the outputs, where the executor writes destinations
 * @returns the outputs, packed
 */
export async function runRowGroups<Name extends string>(
  executor: Executor,
  executable: Executable,
  groups: readonly RowGroup[],
  packed: Readonly<Record<string, Tensor>>,
  shared: (length: number) => Readonly<Record<string, Tensor>>,
  destinations: Readonly<Record<Name, Tensor | undefined>>,
): Promise<Record<Name, Tensor>> {
  const names = Object.keys(destinations) as Name[]
  const part = (tensor: Tensor, { start, rows, length }: RowGroup): Tensor =>
    executor.rows(tensor, start, rows * length, [rows, length, ...tensor.shape.slice(1)])
  const parts = new Map<Name, Tensor[]>(names.map((name) => [name, []]))
  for (const group of groups) {
    const inputs = Object.fromEntries(Object.entries(packed).map(([name, tensor]) => [name, part(tensor, group)]))
    const into = Object.fromEntries(
      names.map((name) => {
        const destination = destinations[name]
        return [name, destination && part(destination, group)]
      }),
    )
    const results = await executor.run(executable, { ...inputs, ...shared(group.length) }, into)
    for (const name of names) {
      const result = results[name]
      if (result) parts.get(name)?.push(result)
    }
  }
  const gather = (name: Name): Tensor => {
    const destination = destinations[name]
    if (destination) return destination
    const pieces = parts.get(name) ?? []
    const inner = pieces[0]?.shape.slice(2) ?? []
    const elements = pieces.reduce((total, piece) => total + count(piece.shape), 0)
    const whole = executor.concatenate(pieces, [elements / count(inner), ...inner])
    executor.release(...pieces)
    return whole
  }
  return Object.fromEntries(names.map((name) => [name, gather(name)])) as Record<Name, Tensor>
}
