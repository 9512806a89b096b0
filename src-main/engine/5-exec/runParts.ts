import { count } from '../4-graph/elements.ts'
import type { Executable, Executor, Tensor } from './executor.ts'

/** A run of a program on a part of packed tensors [N, …]. */
export interface Part {
  /** Where in a packed input or output the part begins, and what stands in the place of N for the program. */
  stretch(name: string): { start: number; shape: readonly number[] }
  /** What the program is fed beside. */
  inputs: Readonly<Record<string, Tensor>>
}

/**
 * Runs a program on packed tensors, part by part.
 * @param destinations packed tensors for the outputs, where the executor writes destinations
 * @param summed outputs of which parts overlap: what they have of the same tokens adds up
 * @returns the outputs, packed
 */
export async function runParts<Name extends string>(
  executor: Executor,
  executable: Executable,
  parts: readonly Part[],
  packed: Readonly<Record<string, Tensor>>,
  destinations: Readonly<Record<Name, Tensor | undefined>>,
  summed: readonly Name[] = [],
): Promise<Record<Name, Tensor>> {
  const names = Object.keys(destinations) as Name[]
  const cut = (name: string, tensor: Tensor, part: Part): Tensor => {
    const { start, shape } = part.stretch(name)
    return executor.rows(tensor, start, count(shape), [...shape, ...tensor.shape.slice(1)])
  }
  const pieces = new Map<Name, Tensor[]>(names.map((name) => [name, []]))
  const sums = new Map<Name, Tensor>()
  const addPiece = async (name: Name, piece: Tensor, part: Part): Promise<void> => {
    const { start, shape } = part.stretch(name)
    const inner = piece.shape.slice(shape.length)
    const sum = sums.get(name) ?? executor.zeros([endOf(parts, name), ...inner], `${executable.program.name}.${name}.sum`)
    const [rows = 0] = piece.shape
    sums.set(name, await executor.addToRows(sum, start, executor.rows(piece, 0, rows, [count(shape), ...inner])))
    executor.release(piece)
  }
  for (const part of parts) {
    const inputs = Object.fromEntries(Object.entries(packed).map(([name, tensor]) => [name, cut(name, tensor, part)]))
    const into = Object.fromEntries(
      names.map((name) => {
        const destination = destinations[name]
        return [name, destination && cut(name, destination, part)]
      }),
    )
    const results = await executor.run(executable, { ...inputs, ...part.inputs }, into)
    for (const name of names) {
      const result = results[name]
      if (!result) continue
      if (summed.includes(name)) await addPiece(name, result, part)
      else pieces.get(name)?.push(result)
    }
  }
  const gather = (name: Name): Tensor => {
    const sum = sums.get(name)
    if (sum) return sum
    const destination = destinations[name]
    if (destination) return destination
    const own = pieces.get(name) ?? []
    const inner = own[0]?.shape.slice(parts[0]?.stretch(name).shape.length) ?? []
    const elements = own.reduce((total, piece) => total + count(piece.shape), 0)
    const whole = executor.concatenate(own, [elements / count(inner), ...inner])
    executor.release(...own)
    return whole
  }
  return Object.fromEntries(names.map((name) => [name, gather(name)])) as Record<Name, Tensor>
}

/** How many rows a packed tensor has for these parts. */
const endOf = (parts: readonly Part[], name: string): number =>
  parts.reduce((end, part) => {
    const { start, shape } = part.stretch(name)
    return Math.max(end, start + count(shape))
  }, 0)
