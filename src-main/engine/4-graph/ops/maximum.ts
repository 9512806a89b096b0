import { both, evaluateBinary } from '../elements.ts'
import { apply, broadcastShapes, type Graph, type Op, type Value } from '../graph.ts'

export const maximumOp: Op<null> = {
  name: 'maximum',
  shape: (inputs) => broadcastShapes(...both(inputs)),
  gradient: null,
  toOnnx: ({ inputs, output }) => [{ operator: 'Max', inputs: [...inputs], outputs: [output] }],
  evaluate: (inputs, _, shape) => evaluateBinary(inputs, shape, Math.max),
}

/** The larger of a and b elementwise, broadcast. */
export const maximum = (graph: Graph, a: Value, b: Value): Value => apply(graph, maximumOp, [a, b], null)
