import { both, evaluateBinary } from '../elements.ts'
import { apply, broadcastShapes, type Graph, type Op, type Value } from '../graph.ts'
import { unbroadcast } from './sum.ts'

export const addOp: Op<null> = {
  name: 'add',
  shape: (inputs) => broadcastShapes(...both(inputs)),
  gradient: ({ graph, inputs, upstream, needed }) => {
    const [a, b] = both(inputs)
    return [
      needed[0] ? unbroadcast(graph, upstream, graph.shape(a)) : undefined,
      needed[1] ? unbroadcast(graph, upstream, graph.shape(b)) : undefined,
    ]
  },
  toOnnx: ({ inputs, output }) => [{ operator: 'Add', inputs: [...inputs], outputs: [output] }],
  evaluate: (inputs, _, shape) => evaluateBinary(inputs, shape, (x, y) => x + y),
}

/** a + b, broadcast. */
export const add = (graph: Graph, a: Value, b: Value): Value => apply(graph, addOp, [a, b], null)
