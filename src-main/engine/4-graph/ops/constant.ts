import { apply, type Graph, type Op, type Value } from '../graph.ts'

export const constantOp: Op<{ value: number }> = {
  name: 'constant',
  shape: () => [],
  gradient: () => [],
  toOnnx: ({ output, attributes, float32 }) => [{ operator: 'Identity', inputs: [float32(attributes.value)], outputs: [output] }],
  evaluate: (_, { value }) => Float64Array.of(value),
}

/** A float32 scalar. */
export const constant = (graph: Graph, value: number): Value => apply(graph, constantOp, [], { value })
