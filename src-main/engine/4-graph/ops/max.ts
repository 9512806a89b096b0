import { only } from '../elements.ts'
import { apply, type Graph, type Op, type Value } from '../graph.ts'
import { evaluateReduce, reducedShape, type ReduceAttributes } from './sum.ts'

export const maxOp: Op<ReduceAttributes> = {
  name: 'max',
  shape: ([shape = []], attributes) => reducedShape(shape, attributes),
  gradient: null,
  toOnnx: ({ inputs, output, attributes, int64 }) => [
    {
      operator: 'ReduceMax',
      inputs: [only(inputs), int64(attributes.axes)],
      outputs: [output],
      attributes: { keepdims: Number(attributes.keepAxes) },
    },
  ],
  evaluate: (inputs, attributes) => {
    const { shape, data } = only(inputs)
    return evaluateReduce(shape, data, attributes, -Infinity, Math.max)
  },
}

/** The largest element along `axes`. */
export const max = (graph: Graph, from: Value, axes: readonly number[], keepAxes = false): Value =>
  apply(graph, maxOp, [from], { axes, keepAxes })
