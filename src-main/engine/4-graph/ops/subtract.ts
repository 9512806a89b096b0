import { both, evaluateBinary } from '../elements.ts'
import { apply, broadcastShapes, type Graph, type Op, type Value } from '../graph.ts'
import { scale } from './scale.ts'
import { unbroadcast } from './sum.ts'

export const subtractOp: Op<null> = {
  name: 'subtract',
  shape: (inputs) => broadcastShapes(...both(inputs)),
  gradient: ({ graph, inputs, upstream, needed }) => {
    const [a, b] = both(inputs)
    return [
      needed[0] ? unbroadcast(graph, upstream, graph.shape(a)) : undefined,
      needed[1] ? unbroadcast(graph, scale(graph, upstream, -1), graph.shape(b)) : undefined,
    ]
  },
  toOnnx: ({ inputs, output }) => [{ operator: 'Sub', inputs: [...inputs], outputs: [output] }],
  evaluate: (inputs, _, shape) => evaluateBinary(inputs, shape, (x, y) => x - y),
}

/** a - b, broadcast. */
export const subtract = (graph: Graph, a: Value, b: Value): Value => apply(graph, subtractOp, [a, b], null)
