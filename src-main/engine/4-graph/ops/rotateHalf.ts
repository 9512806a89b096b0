import { only } from '../elements.ts'
import { apply, type Graph, type Op, type Value } from '../graph.ts'
import { scale } from './scale.ts'

export const rotateHalfOp: Op<null> = {
  name: 'rotateHalf',
  shape: (inputs) => {
    const last = only(inputs).at(-1)
    if (typeof last !== 'number' || last % 2) throw new Error('the last axis must be even')
    return only(inputs)
  },
  // A quarter turn's transpose is the turn back.
  gradient: ({ graph, upstream }) => [scale(graph, rotateHalf(graph, upstream), -1)],
  toOnnx: ({ inputs, output, shape, temporary, int64 }) => {
    const half = Number(shape.at(-1)) / 2
    const [first, second, negated] = [temporary(), temporary(), temporary()]
    return [
      { operator: 'Split', inputs: [only(inputs), int64([half, half])], outputs: [first, second], attributes: { axis: -1 } },
      { operator: 'Neg', inputs: [second], outputs: [negated] },
      { operator: 'Concat', inputs: [negated, first], outputs: [output], attributes: { axis: -1 } },
    ]
  },
  evaluate: (inputs) => {
    const { data, shape } = only(inputs)
    const half = (shape.at(-1) ?? 0) / 2
    return data.map((_, at) => (at % (2 * half) < half ? -(data[at + half] ?? NaN) : (data[at - half] ?? NaN)))
  },
}

/** (x1, x2) → (-x2, x1) for the halves of the last axis: transformers' `rotate_half`. */
export const rotateHalf = (graph: Graph, from: Value): Value => apply(graph, rotateHalfOp, [from], null)
