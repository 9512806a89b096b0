import { only } from '../elements.ts'
import { apply, type Graph, type Op, type Value } from '../graph.ts'
import { multiply } from './multiply.ts'
import { subtract } from './subtract.ts'
import { sum } from './sum.ts'

export const softmaxOp: Op<null> = {
  name: 'softmax',
  shape: (inputs) => only(inputs),
  // dx = p (dp - Σ dp p)
  gradient: ({ graph, output, upstream }) => {
    const weighted = multiply(graph, upstream, output)
    const total = sum(graph, weighted, [graph.shape(output).length - 1], true)
    return [subtract(graph, weighted, multiply(graph, output, total))]
  },
  toOnnx: ({ inputs, output }) => [{ operator: 'Softmax', inputs: [...inputs], outputs: [output], attributes: { axis: -1 } }],
  evaluate: (inputs) => {
    const { data, shape } = only(inputs)
    const length = shape.at(-1) ?? 1
    const out = new Float64Array(data.length)
    for (let start = 0; start < data.length; start += length) {
      const row = data.subarray(start, start + length)
      const largest = row.reduce((a, b) => Math.max(a, b), -Infinity)
      const exponentials = row.map((value) => Math.exp(value - largest))
      const total = exponentials.reduce((a, b) => a + b, 0)
      out.set(
        exponentials.map((value) => value / total),
        start,
      )
    }
    return out
  },
}

/** Softmax along the last axis. */
export const softmax = (graph: Graph, from: Value): Value => apply(graph, softmaxOp, [from], null)
