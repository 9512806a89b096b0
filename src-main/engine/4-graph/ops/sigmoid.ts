import { only } from '../elements.ts'
import { apply, type Graph, type Op, type Value } from '../graph.ts'

export const sigmoidOp: Op<null> = {
  name: 'sigmoid',
  shape: (inputs) => only(inputs),
  gradient: null,
  toOnnx: ({ inputs, output }) => [{ operator: 'Sigmoid', inputs: [...inputs], outputs: [output] }],
  evaluate: (inputs) => only(inputs).data.map((value) => 1 / (1 + Math.exp(-value))),
}

/** σ(x) = 1 / (1 + e^-x). Has no gradient. */
export const sigmoid = (graph: Graph, from: Value): Value => apply(graph, sigmoidOp, [from], null)
