import type { Graph, Value } from './graph.ts'
import { add } from './ops/add.ts'

/**
 * Reverse-mode differentiation: appends the backward nodes to the graph.
 * @param seeds gradients of the loss with respect to some values (usually inputs named `gradient.…`)
 * @param wanted the values to differentiate with respect to; the search stops at them
 * @returns the gradients of the wanted values and of all values on the way to them, as far as the seeds depend on them
 */
export function differentiate(graph: Graph, seeds: ReadonlyMap<Value, Value>, wanted: readonly Value[]): Map<Value, Value> {
  const stops = new Set(wanted)
  const leads = new Set(wanted) // values on a path from a wanted value
  graph.nodes.forEach((node, value) => {
    if (node.inputs.some((input) => leads.has(input))) leads.add(value)
  })
  const gradients = new Map(seeds)
  for (let value = graph.nodes.length - 1; value >= 0; value--) {
    const upstream = gradients.get(value)
    if (upstream === undefined || !leads.has(value) || stops.has(value)) continue
    const { op, inputs, attributes } = graph.node(value)
    if (!op.gradient) throw new Error(`${op.name} has no gradient`)
    const needed = inputs.map((input) => leads.has(input))
    const found = op.gradient({ graph, inputs, output: value, attributes, upstream, needed })
    inputs.forEach((input, i) => {
      const gradient = found[i]
      if (!needed[i] || gradient === undefined) return
      const before = gradients.get(input)
      gradients.set(input, before === undefined ? gradient : add(graph, before, gradient))
    })
  }
  return gradients
}
