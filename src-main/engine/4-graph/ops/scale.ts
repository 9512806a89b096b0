import { only } from '../elements.ts'
import { apply, type Graph, type Op, type Value } from '../graph.ts'

export const scaleOp: Op<{ factor: number }> = {
  name: 'scale',
  shape: (inputs) => only(inputs),
  gradient: ({ graph, upstream, attributes }) => [scale(graph, upstream, attributes.factor)],
  toOnnx: ({ inputs, output, attributes, float32 }) => [
    { operator: 'Mul', inputs: [only(inputs), float32(attributes.factor)], outputs: [output] },
  ],
  evaluate: (inputs, { factor }) => only(inputs).data.map((value) => value * factor),
}

/** A constant factor on every element. */
export const scale = (graph: Graph, from: Value, factor: number): Value => apply(graph, scaleOp, [from], { factor })
