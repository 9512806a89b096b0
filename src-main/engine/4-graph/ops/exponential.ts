import { only } from '../elements.ts'
import { apply, type Graph, type Op, type Value } from '../graph.ts'

export const exponentialOp: Op<null> = {
  name: 'exponential',
  shape: (inputs) => only(inputs),
  gradient: null,
  toOnnx: ({ inputs, output }) => [{ operator: 'Exp', inputs: [...inputs], outputs: [output] }],
  evaluate: (inputs) => only(inputs).data.map(Math.exp),
}

/** e^x elementwise. */
export const exponential = (graph: Graph, from: Value): Value => apply(graph, exponentialOp, [from], null)
