import { only } from '../elements.ts'
import { apply, type Graph, type Op, type Value } from '../graph.ts'
import { multiply } from './multiply.ts'
import { scale } from './scale.ts'

export const rmsInverseOp: Op<{ epsilon: number }> = {
  name: 'rmsInverse',
  shape: (inputs) => [...only(inputs).slice(0, -1), 1],
  // r = (mean x² + ε)^-½  ⇒  dx = -dr r³ x / n
  gradient: ({ graph, inputs, output, upstream }) => {
    const from = only(inputs)
    const cubed = multiply(graph, multiply(graph, output, output), output)
    const factor = scale(graph, multiply(graph, upstream, cubed), -1 / Number(graph.shape(from).at(-1)))
    return [multiply(graph, from, factor)]
  },
  toOnnx: ({ inputs, inputShapes, output, attributes, temporary, int64, float32 }) => {
    const [sum, mean, shifted, root] = [temporary(), temporary(), temporary(), temporary()]
    return [
      { operator: 'ReduceSumSquare', inputs: [only(inputs), int64([-1])], outputs: [sum], attributes: { keepdims: 1 } },
      { operator: 'Mul', inputs: [sum, float32(1 / Number(only(inputShapes).at(-1)))], outputs: [mean] },
      { operator: 'Add', inputs: [mean, float32(attributes.epsilon)], outputs: [shifted] },
      { operator: 'Sqrt', inputs: [shifted], outputs: [root] },
      { operator: 'Reciprocal', inputs: [root], outputs: [output] },
    ]
  },
  evaluate: (inputs, { epsilon }) => {
    const { data, shape } = only(inputs)
    const length = shape.at(-1) ?? 1
    return Float64Array.from({ length: data.length / length }, (_, row) => {
      const squares = data.subarray(row * length, (row + 1) * length).reduce((total, value) => total + value * value, 0)
      return 1 / Math.sqrt(squares / length + epsilon)
    })
  },
}

/** 1 / √(mean(x²) + ε) along the last axis, which is kept with length 1. */
const rmsInverse = (graph: Graph, from: Value, epsilon: number): Value => apply(graph, rmsInverseOp, [from], { epsilon })

/** RMSNorm(x) = x / rms(x) · weight along the last axis (Zhang & Sennrich 2019, arXiv:1910.07467). weight: [last axis] */
export const rmsNorm = (graph: Graph, from: Value, weight: Value, epsilon: number): Value =>
  multiply(graph, multiply(graph, from, rmsInverse(graph, from, epsilon)), weight)
