import type { Graph, Value } from '../graph.ts'
import { add } from '../ops/add.ts'
import { input } from '../ops/input.ts'
import { matmul } from '../ops/matmul.ts'
import { multiply } from '../ops/multiply.ts'
import type { ParameterShape } from '../parameters.ts'
import { adapterName, adapterShapes, type Adapters, type TrainedHalf } from '../trainedParts.ts'

/** A layer's weights as inputs of a graph, by name. */
export interface LayerWeights {
  /** Those that are trained, adapters among them. */
  trained: ReadonlyMap<string, Value>
  weight(name: string): Value
  /** The products x Wᵀ that `linear` has made of trained weights, by the weight's name. */
  products: ReadonlyMap<string, { from: Value; product: Value }>
  /** x Wᵀ (+ b where the model has that bias), as torch.nn.Linear: x [N, in], W [out, in], b [out]; and what its adapter adds, where it has one */
  linear(from: Value, name: string): Value
}

/** What x is multiplied with on its way into a module's adapter [N, in]: 0 where an element is left out, else 1 / (1 - dropout). */
export const dropoutMaskName = (module: string): string => `${module}.dropout`

/** @param adapters with its dropout where the graph is one of training, else with 0 */
export function layerWeights(
  graph: Graph,
  parameters: readonly ParameterShape[],
  { weights: trainedNames, adapted }: TrainedHalf,
  { rank, scale, dropout }: Pick<Adapters, 'rank' | 'scale' | 'dropout'>,
): LayerWeights {
  const values = new Map<string, Value>()
  const products = new Map<string, { from: Value; product: Value }>()
  for (const { name, shape } of parameters) {
    values.set(name, input(graph, name, shape))
    const module = name.replace(/\.weight$/, '')
    if (adapted.includes(module))
      for (const matrix of adapterShapes(module, shape, rank)) values.set(matrix.name, input(graph, matrix.name, matrix.shape))
  }
  const weight = (name: string): Value => {
    const value = values.get(name)
    if (value === undefined) throw new Error(`this part of a layer has no ${name}`)
    return value
  }
  const adapter = (from: Value, name: string): Value => {
    const kept = dropout > 0 ? multiply(graph, from, input(graph, dropoutMaskName(name), graph.shape(from))) : from
    const narrow = matmul(graph, kept, weight(adapterName(name, 'A')), { transposeB: true })
    return matmul(graph, narrow, weight(adapterName(name, 'B')), { transposeB: true, factor: scale })
  }
  const names = [...trainedNames, ...adapted.flatMap((module) => [adapterName(module, 'A'), adapterName(module, 'B')])]
  const linear = (from: Value, name: string): Value => {
    const product = matmul(graph, from, weight(`${name}.weight`), { transposeB: true })
    if (names.includes(`${name}.weight`)) products.set(`${name}.weight`, { from, product })
    const bias = values.get(`${name}.bias`)
    const own = bias === undefined ? product : add(graph, product, bias)
    return adapted.includes(name) ? add(graph, own, adapter(from, name)) : own
  }
  return { trained: new Map(names.map((name) => [name, weight(name)])), products, weight, linear }
}

/** Gradients of the trained weights as outputs named `gradient.<weight>`. */
export function weightGradients(weights: LayerWeights, gradients: ReadonlyMap<Value, Value>): Record<string, Value> {
  return Object.fromEntries([...weights.trained].map(([name, value]) => [`gradient.${name}`, required(gradients, value)]))
}

export function required(gradients: ReadonlyMap<Value, Value>, value: Value): Value {
  const gradient = gradients.get(value)
  if (gradient === undefined) throw new Error('the seeds do not depend on a wanted value')
  return gradient
}
