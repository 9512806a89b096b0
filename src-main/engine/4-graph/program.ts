import type { Graph, Shape, Value, ValueType } from './graph.ts'
import { inputName } from './ops/input.ts'

/** What an Executor compiles: a part of a graph, from the values that are fed to the values that are wanted. */
export interface Program {
  name: string
  graph: Graph
  outputs: ReadonlyMap<string, Value>
  /** Values that are fed under a name instead of being computed, though the graph knows how: a stash of the forward pass. */
  cuts: ReadonlyMap<Value, string>
  /** The nodes to compute, in order. */
  order: readonly Value[]
  /** What must be fed. */
  inputs: readonly ProgramInput[]
}

export interface ProgramInput {
  name: string
  value: Value
  shape: Shape
  type: ValueType
}

/** Cuts a program out of a graph: only what `outputs` need, and nothing behind `cuts`. */
export function program(name: string, graph: Graph, outputs: Record<string, Value>, cuts: Record<string, Value> = {}): Program {
  const cutNames = new Map(Object.entries(cuts).map(([cutName, value]) => [value, cutName]))
  const needed = new Set<Value>()
  const open = Object.values(outputs)
  for (let value = open.pop(); value !== undefined; value = open.pop()) {
    if (needed.has(value)) continue
    needed.add(value)
    if (!cutNames.has(value)) open.push(...graph.node(value).inputs)
  }
  const inputs: ProgramInput[] = []
  const order: Value[] = []
  for (const value of [...needed].sort((a, b) => a - b)) {
    const fed = cutNames.get(value) ?? inputName(graph, value)
    const { shape, type } = graph.node(value)
    if (fed === undefined) order.push(value)
    else inputs.push({ name: fed, value, shape, type })
  }
  return { name, graph, outputs: new Map(Object.entries(outputs)), cuts: cutNames, order, inputs }
}
