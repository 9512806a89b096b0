import { count, eachElement, only } from '../elements.ts'
import { apply, type Graph, type Op, sameShape, type Shape, type Value } from '../graph.ts'
import { reshape } from './reshape.ts'

export interface ReduceAttributes {
  axes: readonly number[]
  keepAxes: boolean
}

export const reducedShape = (shape: Shape, { axes, keepAxes }: ReduceAttributes): Shape =>
  keepAxes
    ? shape.map((dimension, axis) => (axes.includes(axis) ? 1 : dimension))
    : shape.filter((_, axis) => !axes.includes(axis))

/** Folds the elements along `axes` into one each. */
export function evaluateReduce(
  shape: readonly number[],
  data: Float64Array,
  attributes: ReduceAttributes,
  start: number,
  fold: (accumulated: number, value: number) => number,
): Float64Array {
  const kept = reducedShape(shape, { ...attributes, keepAxes: true }) as number[]
  const out = new Float64Array(count(kept)).fill(start)
  eachElement(shape, [shape, kept], (_, [from = 0, to = 0]) => {
    out[to] = fold(out[to] ?? NaN, data[from] ?? NaN)
  })
  return out
}

export const sumOp: Op<ReduceAttributes> = {
  name: 'sum',
  shape: ([shape = []], attributes) => reducedShape(shape, attributes),
  gradient: null,
  toOnnx: ({ inputs, output, attributes, int64 }) => [
    {
      operator: 'ReduceSum',
      inputs: [only(inputs), int64(attributes.axes)],
      outputs: [output],
      attributes: { keepdims: Number(attributes.keepAxes) },
    },
  ],
  evaluate: (inputs, attributes) => {
    const { shape, data } = only(inputs)
    return evaluateReduce(shape, data, attributes, 0, (total, value) => total + value)
  },
}

/** Σ along `axes`. */
export const sum = (graph: Graph, from: Value, axes: readonly number[], keepAxes = false): Value =>
  apply(graph, sumOp, [from], { axes, keepAxes })

/** The gradient of broadcasting: sums a gradient back to the shape that was broadcast. */
export function unbroadcast(graph: Graph, gradient: Value, shape: Shape): Value {
  const from = graph.shape(gradient)
  if (sameShape(from, shape)) return gradient
  const added = from.length - shape.length
  const axes = from.flatMap((dimension, axis) => (axis < added || (shape[axis - added] === 1 && dimension !== 1) ? [axis] : []))
  return reshape(graph, sum(graph, gradient, axes), shape)
}
