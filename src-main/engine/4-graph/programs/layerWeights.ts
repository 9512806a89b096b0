import type { Graph, Value } from '../graph.ts'
import { add } from '../ops/add.ts'
import { input } from '../ops/input.ts'
import { matmul } from '../ops/matmul.ts'
import type { ParameterShape } from '../parameters.ts'

/** A layer's weights as inputs of a graph, by name. */
export interface LayerWeights {
  values: ReadonlyMap<string, Value>
  weight(name: string): Value
  /** x Wᵀ (+ b where the model has that bias), as torch.nn.Linear: x [N, in], W [out, in], b [out] */
  linear(from: Value, name: string): Value
}

export function layerWeights(graph: Graph, parameters: readonly ParameterShape[]): LayerWeights {
  const values = new Map(parameters.map(({ name, shape }) => [name, input(graph, name, shape)]))
  const weight = (name: string): Value => {
    const value = values.get(name)
    if (value === undefined) throw new Error(`this part of a layer has no ${name}`)
    return value
  }
  const linear = (from: Value, name: string): Value => {
    const product = matmul(graph, from, weight(`${name}.weight`), { transposeB: true })
    const bias = values.get(`${name}.bias`)
    return bias === undefined ? product : add(graph, product, bias)
  }
  return { values, weight, linear }
}

/** Gradients of the weights as outputs named `gradient.<weight>`. */
export function weightGradients(weights: LayerWeights, gradients: ReadonlyMap<Value, Value>): Record<string, Value> {
  return Object.fromEntries([...weights.values].map(([name, value]) => [`gradient.${name}`, required(gradients, value)]))
}

export function required(gradients: ReadonlyMap<Value, Value>, value: Value): Value {
  const gradient = gradients.get(value)
  if (gradient === undefined) throw new Error('the seeds do not depend on a wanted value')
  return gradient
}
