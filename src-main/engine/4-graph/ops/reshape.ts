import { count, only } from '../elements.ts'
import { apply, type Graph, type Op, sameShape, type Shape, type Value } from '../graph.ts'

/**
 * ONNX's target for a shape with symbolic lengths: 0 copies the input's length at the same axis, one -1 is inferred.
 * (onnx/docs/Operators.md, Reshape)
 */
function onnxTarget(from: Shape, to: Shape): number[] {
  const target = to.map((dimension, axis) => (typeof dimension === 'number' ? dimension : from[axis] === dimension ? 0 : -1))
  if (target.filter((length) => length === -1).length > 1)
    throw new Error(`[${from.join()}] to [${to.join()}] has two unknown lengths`)
  return target
}

export const reshapeOp: Op<{ shape: Shape }> = {
  name: 'reshape',
  shape: ([from = []], { shape }) => {
    onnxTarget(from, shape)
    if (
      [...from, ...shape].every((dimension) => typeof dimension === 'number') &&
      count(from as number[]) !== count(shape as number[])
    )
      throw new Error(`[${from.join()}] does not have as many elements as [${shape.join()}]`)
    return shape
  },
  gradient: ({ graph, inputs, upstream }) => [reshape(graph, upstream, graph.shape(only(inputs)))],
  toOnnx: ({ inputs, inputShapes, output, shape, int64 }) => [
    { operator: 'Reshape', inputs: [only(inputs), int64(onnxTarget(only(inputShapes), shape))], outputs: [output] },
  ],
  evaluate: ([from]) => from?.data.slice() ?? new Float64Array(),
}

/** The same elements in the same order under another shape. */
export function reshape(graph: Graph, from: Value, shape: Shape): Value {
  return sameShape(graph.shape(from), shape) ? from : apply(graph, reshapeOp, [from], { shape })
}
