import type { ModelConfig } from './config.ts'
import {
  afterAttentionParameters,
  beforeAttentionParameters,
  EMBEDDING,
  LAYERS,
  layerParameterName,
  modelParameters,
  type ParameterShape,
} from './parameters.ts'

/** Low-rank adapters (Hu et al. 2021, arXiv:2106.09685): of an adapted module x Wᵀ + b becomes x Wᵀ + b + scale · (dropout(x) Aᵀ) Bᵀ. */
export interface Adapters {
  /** The modules that have one, such as `model.layers.0.self_attn.q_proj`. */
  modules: ReadonlySet<string>
  rank: number
  scale: number
  /** Probability that an element of x is left out while training. */
  dropout: number
}

/** What of a model is trained. All the rest of it is frozen. */
export interface TrainedParts {
  /** The model's own parameters that are trained, by name. */
  parameters: ReadonlySet<string>
  adapters: Adapters | null
}

/** Every weight: full fine-tuning. */
export const allParameters = (config: ModelConfig): TrainedParts => ({
  parameters: new Set(modelParameters(config).map(({ name }) => name)),
  adapters: null,
})

/** Whether nothing is frozen, and nothing is beside the model's own weights. */
export const trainsAll = (config: ModelConfig, { parameters, adapters }: TrainedParts): boolean =>
  adapters === null && modelParameters(config).every(({ name }) => parameters.has(name))

/** Nothing: the model as it is. */
export const NO_PARTS: TrainedParts = { parameters: new Set(), adapters: null }

export const adapterName = (module: string, part: 'A' | 'B'): string => `${module}.lora_${part}.weight`

/** The two matrices beside a weight [out, in]: A [rank, in], B [out, rank]. */
export function adapterShapes(module: string, [out = 0, inner = 0]: readonly number[], rank: number): ParameterShape[] {
  return [
    { name: adapterName(module, 'A'), shape: [rank, inner] },
    { name: adapterName(module, 'B'), shape: [out, rank] },
  ]
}

const WEIGHT = '.weight'
const moduleOf = (parameter: string): string | null => (parameter.endsWith(WEIGHT) ? parameter.slice(0, -WEIGHT.length) : null)

/** Whether a parameter of a layer is the weight of a linear module: in these families the matrices are. */
export const isMatrix = ({ shape }: Pick<ParameterShape, 'shape'>): boolean => shape.length === 2

/** The linear modules of all layers, those that adapters may be put beside. */
export const linearModules = (config: ModelConfig): string[] =>
  modelParameters(config).flatMap((parameter) =>
    isMatrix(parameter) && parameter.name.startsWith(LAYERS) ? (moduleOf(parameter.name) ?? []) : [],
  )

/** Every tensor that is trained, in the model's order; a module's adapter stands behind its weight. */
export function trainedParameters(config: ModelConfig, { parameters, adapters }: TrainedParts): ParameterShape[] {
  return modelParameters(config).flatMap((parameter) => {
    const module = moduleOf(parameter.name)
    return [
      ...(parameters.has(parameter.name) ? [parameter] : []),
      ...(adapters && module !== null && adapters.modules.has(module)
        ? adapterShapes(module, parameter.shape, adapters.rank)
        : []),
    ]
  })
}

/** What is trained in one half of a layer, under the names that stand behind `model.layers.N.`. */
export interface TrainedHalf {
  /** The names of its own weights that are trained. */
  weights: readonly string[]
  /** The linear modules that have an adapter. */
  adapted: readonly string[]
}

/** What of a layer is trained, and so which of its gradients are wanted. Layers that are alike in this share their programs. */
export interface TrainedLayer {
  before: TrainedHalf
  after: TrainedHalf
  adapters: Pick<Adapters, 'rank' | 'scale' | 'dropout'>
  /** Whether anything below the layer is trained: else its input needs no gradient. */
  passesGradient: boolean
}

const NO_ADAPTERS = { rank: 0, scale: 1, dropout: 0 }

/** What of each layer is trained. */
export function trainedLayers(config: ModelConfig, { parameters, adapters }: TrainedParts): TrainedLayer[] {
  const half = (layer: number, shapes: readonly ParameterShape[]): TrainedHalf => ({
    weights: shapes.map(({ name }) => name).filter((name) => parameters.has(layerParameterName(layer, name))),
    adapted: shapes.flatMap(({ name }) => {
      const module = moduleOf(name)
      return module !== null && adapters?.modules.has(layerParameterName(layer, module)) ? module : []
    }),
  })
  const { rank, scale, dropout } = adapters ?? NO_ADAPTERS
  let passesGradient = parameters.has(EMBEDDING)
  return Array.from({ length: config.layerCount }, (_, layer) => {
    const before = half(layer, beforeAttentionParameters(config))
    const after = half(layer, afterAttentionParameters(config))
    const trained = { before, after, adapters: { rank, scale, dropout }, passesGradient }
    passesGradient ||= trains(before) || trains(after)
    return trained
  })
}

export const trains = ({ weights, adapted }: TrainedHalf): boolean => weights.length + adapted.length > 0

/** The lowest layer that a backward pass has anything to do in; the number of layers where that is none. */
export function lowestTrainedLayer(config: ModelConfig, parts: TrainedParts): number {
  const index = trainedLayers(config, parts).findIndex(
    ({ before, after, passesGradient }) => passesGradient || trains(before) || trains(after),
  )
  return index === -1 ? config.layerCount : index
}

/**
 * How many layers, from the first on, give the same for the same row throughout a training: those below the lowest trained one, the embedding being frozen as
 * well. The last layer is not among them: of its output only the supervised positions are computed.
 */
export const frozenLayerCount = (config: ModelConfig, parts: TrainedParts): number =>
  Math.min(lowestTrainedLayer(config, parts), config.layerCount - 1)
