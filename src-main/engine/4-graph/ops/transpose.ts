import { count, only } from '../elements.ts'
import { apply, type Graph, type Op, type Value } from '../graph.ts'

export const transposeOp: Op<{ order: readonly number[] }> = {
  name: 'transpose',
  shape: ([shape = []], { order }) =>
    order.map((axis) => {
      const dimension = shape[axis]
      if (dimension === undefined || order.length !== shape.length)
        throw new Error(`no order of [${shape.join()}]: ${order.join()}`)
      return dimension
    }),
  gradient: ({ graph, upstream, attributes: { order } }) => [
    transpose(
      graph,
      upstream,
      order.map((_, axis) => order.indexOf(axis)),
    ),
  ],
  toOnnx: ({ inputs, output, attributes }) => [
    { operator: 'Transpose', inputs: [...inputs], outputs: [output], attributes: { perm: attributes.order } },
  ],
  evaluate: (inputs, { order }, shape) => {
    const { data, shape: from } = only(inputs)
    const strides = order.map((axis) => count(from.slice(axis + 1)))
    const out = new Float64Array(data.length)
    for (let at = 0; at < out.length; at++) {
      let rest = at
      let source = 0
      for (let axis = shape.length - 1; axis >= 0; axis--) {
        const length = shape[axis] ?? 1
        source += (rest % length) * (strides[axis] ?? 0)
        rest = Math.floor(rest / length)
      }
      out[at] = data[source] ?? NaN
    }
    return out
  },
}

/** Axis i of the result is axis order[i] of the input. */
export const transpose = (graph: Graph, from: Value, order: readonly number[]): Value =>
  apply(graph, transposeOp, [from], { order })
