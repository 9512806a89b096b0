import { TuneDeskError } from '../../contract/error.ts'
import type { TensorLocation } from '../../files/readSafetensors.ts'
import { LAYERS, type ParameterShape } from '../4-graph/parameters.ts'
import type { Executor, Tensor } from '../5-exec/executor.ts'
import type { FrozenTensor } from '../5-exec/frozenTensor.ts'
import { holdIn8bit } from './holdIn8bit.ts'
import type { ParameterStore } from './parameterStore.ts'

/** Where the weights lie that a training leaves as they are. */
export interface FrozenWeights {
  /** The real folder that the locations' files are relative to. */
  folder: string
  tensors: ReadonlyMap<string, TensorLocation>
}

/** A program's inputs that are weights: their names in the program → those in the model. */
export type WeightInputs = Readonly<Record<string, string>>

/**
 * A model's weights as programs meet them: the trained ones are fed, the frozen ones become part of what is compiled. Frozen weights of layers that are
 * held in 8 bits are fed as well, the matrices among them after they have been unpacked.
 */
export interface ModelWeights {
  readonly trained: ParameterStore
  isTrained(name: string): boolean
  fed(inputs: WeightInputs): Record<string, Tensor>
  /** What is held in 8 bits, in float32. Valid until the next call; to be released. */
  unpacked(inputs: WeightInputs): Promise<Record<string, Tensor>>
  frozen(inputs: WeightInputs): Record<string, FrozenTensor>
}

/**
 * @param parameters all of the model's own
 * @param frozen where those lie that `trained` does not have; null where it has all
 * @param loadIn8bit whether to hold the layers' frozen weights in 8 bits
 * @throws TuneDeskError model/tensor-missing, model/tensor-shape; files/… and weights/… of reading
 */
export async function createModelWeights(
  parameters: readonly ParameterShape[],
  trained: ParameterStore,
  frozen: FrozenWeights | null,
  executor: Executor,
  loadIn8bit: boolean,
): Promise<ModelWeights> {
  const tensors = new Map<string, FrozenTensor>()
  const missing: string[] = []
  for (const { name, shape } of parameters) {
    if (trained.has(name)) continue
    const location = frozen?.tensors.get(name)
    if (!frozen || !location) missing.push(name)
    else if (location.shape.join() !== shape.join())
      throw new TuneDeskError('model/tensor-shape', { name, found: location.shape.join(' × '), wanted: shape.join(' × ') })
    else tensors.set(name, { folder: frozen.folder, location })
  }
  if (missing[0] !== undefined) throw new TuneDeskError('model/tensor-missing', { name: missing[0], count: missing.length })
  const ofLayers = loadIn8bit ? [...tensors].filter(([name]) => name.startsWith(LAYERS)) : []
  for (const [name] of ofLayers) tensors.delete(name)
  const { vectors, matrices } = await holdIn8bit(new Map(ofLayers), executor)

  /** Those of the inputs' weights that are in a map, under the inputs' names. */
  const found = <T>(inputs: WeightInputs, map: { get(name: string): T | undefined }): Record<string, T> =>
    Object.fromEntries(
      Object.entries(inputs).flatMap(([input, name]) => {
        const value = map.get(name)
        return value === undefined ? [] : [[input, value]]
      }),
    )
  return {
    trained,
    isTrained: (name) => trained.has(name),
    fed: (inputs) => found(inputs, { get: (name) => (trained.has(name) ? trained.value(name) : vectors.get(name)) }),
    async unpacked(inputs) {
      const asked = Object.entries(found(inputs, matrices))
      if (asked.length === 0) return {}
      const unpacked = await executor.dequantise(
        asked.map(([, matrix]) => matrix),
        // All layers use the same buffers one after another.
        asked.map(([input, { shape }]) => executor.scratch(`unpacked.${input}`, shape)),
      )
      return Object.fromEntries(
        asked.flatMap(([input], i) => {
          const tensor = unpacked[i]
          return tensor ? [[input, tensor]] : []
        }),
      )
    },
    frozen: (inputs) => found(inputs, tensors),
  }
}
