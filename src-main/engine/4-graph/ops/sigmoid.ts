import { only } from '../elements.ts'
import { apply, type Graph, type Op, type Value } from '../graph.ts'
import { multiply } from './multiply.ts'
import { subtract } from './subtract.ts'

export const sigmoidOp: Op<null> = {
  name: 'sigmoid',
  shape: (inputs) => only(inputs),
  // σ' = σ - σ²
  gradient: ({ graph, output, upstream }) => [
    multiply(graph, upstream, subtract(graph, output, multiply(graph, output, output))),
  ],
  toOnnx: ({ inputs, output }) => [{ operator: 'Sigmoid', inputs: [...inputs], outputs: [output] }],
  evaluate: (inputs) => only(inputs).data.map((value) => 1 / (1 + Math.exp(-value))),
}

/** σ(x) = 1 / (1 + e^-x) */
const sigmoid = (graph: Graph, from: Value): Value => apply(graph, sigmoidOp, [from], null)

/** SiLU(x) = x σ(x) (Elfwing et al. 2017, arXiv:1702.03118) */
export const silu = (graph: Graph, from: Value): Value => multiply(graph, from, sigmoid(graph, from))
