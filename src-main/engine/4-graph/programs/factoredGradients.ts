import type { Graph, Value } from '../graph.ts'
import { add } from '../ops/add.ts'
import { matmul } from '../ops/matmul.ts'
import { multiply } from '../ops/multiply.ts'
import { sum } from '../ops/sum.ts'
import { transpose } from '../ops/transpose.ts'
import { program, type Program } from '../program.ts'
import { required, type LayerWeights } from './layerWeights.ts'

/**
 * A backward program without the gradients of the matrices. It gives the two factors of each instead, from which it is made when the
 * optimizer is there, and the norm of all of them, which clipping needs beforehand.
 */
export interface FactoredPrograms {
  /** Beside what the caller asked for: the factors, the gradients of trained vectors, and `squaredNorm` [] */
  backward: Program
  /** Weight [out, in] → the outputs that hold its factors: the gradient is their product */
  factors: ReadonlyMap<string, FactorOutputs>
}

export interface FactorOutputs {
  /** Of the gradient of x Wᵀ, transposed [out, N] */
  gradient: string
  /** Of x [N, in] */
  input: string
}

export const SQUARED_NORM = 'squaredNorm'

/**
 * ‖Gᵀ X‖² of N tokens is Σ (G Gᵀ) ∘ (X Xᵀ), two matrices [N, N] (Goodfellow 2015, arXiv:1510.01799, for one token; Li et al. 2022, arXiv:2110.05679,
 * for sequences).
 * @param gradients of all values, as `differentiate` gives them
 * @param activations the outputs that the program has besides
 * @param cuts what is fed instead of being computed
 * @returns null where no matrix is trained
 */
export function factoredPrograms(
  name: string,
  graph: Graph,
  weights: LayerWeights,
  gradients: ReadonlyMap<Value, Value>,
  activations: Record<string, Value>,
  cuts: Record<string, Value> = {},
): FactoredPrograms | null {
  const outputs: Record<string, Value> = { ...activations }
  const names = new Map<Value, string>()
  const outputOf = (value: Value, wanted: string): string => {
    const known = names.get(value)
    if (known !== undefined) return known
    names.set(value, wanted)
    outputs[wanted] = value
    return wanted
  }
  const grams = new Map<Value, Value>()
  const gram = (of: Value): Value => {
    const known = grams.get(of) ?? matmul(graph, of, of, { transposeB: true })
    grams.set(of, known)
    return known
  }
  const factors = new Map<string, FactorOutputs>()
  let squares: Value | undefined
  for (const [weight, value] of weights.trained) {
    const made = weights.products.get(weight)
    if (!made) {
      outputs[`gradient.${weight}`] = required(gradients, value)
      continue
    }
    const gradient = required(gradients, made.product)
    factors.set(weight, {
      gradient: outputOf(transpose(graph, gradient, [1, 0]), `factor.gradient.${weight}`),
      input: outputOf(made.from, `factor.input.${weight}`),
    })
    const own = sum(graph, multiply(graph, gram(gradient), gram(made.from)), [0, 1])
    squares = squares === undefined ? own : add(graph, squares, own)
  }
  if (squares === undefined) return null
  outputs[SQUARED_NORM] = squares
  return { backward: program(name, graph, outputs, cuts), factors }
}
