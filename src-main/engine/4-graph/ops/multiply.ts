import { both, evaluateBinary } from '../elements.ts'
import { apply, broadcastShapes, type Graph, type Op, type Value } from '../graph.ts'
import { unbroadcast } from './sum.ts'

export const multiplyOp: Op<null> = {
  name: 'multiply',
  shape: (inputs) => broadcastShapes(...both(inputs)),
  gradient: ({ graph, inputs, upstream, needed }) => {
    const [a, b] = both(inputs)
    return [
      needed[0] ? unbroadcast(graph, multiply(graph, upstream, b), graph.shape(a)) : undefined,
      needed[1] ? unbroadcast(graph, multiply(graph, upstream, a), graph.shape(b)) : undefined,
    ]
  },
  toOnnx: ({ inputs, output }) => [{ operator: 'Mul', inputs: [...inputs], outputs: [output] }],
  evaluate: (inputs, _, shape) => evaluateBinary(inputs, shape, (x, y) => x * y),
}

/** a × b elementwise, broadcast. */
export const multiply = (graph: Graph, a: Value, b: Value): Value => apply(graph, multiplyOp, [a, b], null)
