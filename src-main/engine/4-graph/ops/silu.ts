import { only } from '../elements.ts'
import { apply, type Graph, type Op, type Value } from '../graph.ts'
import { add } from './add.ts'
import { multiply } from './multiply.ts'
import { sigmoid } from './sigmoid.ts'
import { subtract } from './subtract.ts'

export const siluOp: Op<null> = {
  name: 'silu',
  shape: (inputs) => only(inputs),
  // With s = x σ: s' = σ + s (1 - σ). Each pass goes over all of an MLP's inner values, so their number counts: u s' = u σ + s (u - u σ).
  gradient: ({ graph, inputs, output, upstream }) => {
    const throughSigmoid = multiply(graph, upstream, sigmoid(graph, only(inputs)))
    return [add(graph, throughSigmoid, multiply(graph, output, subtract(graph, upstream, throughSigmoid)))]
  },
  // onnxruntime computes σ once where the gradient asks for it as well.
  toOnnx: ({ inputs, output, temporary }) => {
    const gate = temporary()
    return [
      { operator: 'Sigmoid', inputs: [...inputs], outputs: [gate] },
      { operator: 'Mul', inputs: [...inputs, gate], outputs: [output] },
    ]
  },
  evaluate: (inputs) => only(inputs).data.map((value) => value / (1 + Math.exp(-value))),
}

/** SiLU(x) = x σ(x) (Elfwing et al. 2017, arXiv:1702.03118) */
export const silu = (graph: Graph, from: Value): Value => apply(graph, siluOp, [from], null)
