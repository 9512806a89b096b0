import { TuneDeskError } from '../../contract/error.ts'
import type { TensorLocation } from '../../files/readSafetensors.ts'
import type { ParameterShape } from '../4-graph/parameters.ts'
import type { Tensor } from '../5-exec/executor.ts'
import type { FrozenTensor } from '../5-exec/frozenTensor.ts'
import type { ParameterStore } from './parameterStore.ts'

/** Where the weights lie that a training leaves as they are. */
export interface FrozenWeights {
  /** The real folder that the locations' files are relative to. */
  folder: string
  tensors: ReadonlyMap<string, TensorLocation>
}

/** A program's inputs that are weights: their names in the program → those in the model. */
export type WeightInputs = Readonly<Record<string, string>>

/** A model's weights as programs meet them: the trained ones are fed, the frozen ones become part of what is compiled. */
export interface ModelWeights {
  readonly trained: ParameterStore
  isTrained(name: string): boolean
  fed(inputs: WeightInputs): Record<string, Tensor>
  frozen(inputs: WeightInputs): Record<string, FrozenTensor>
}

/**
 * @param parameters all of the model's own
 * @param frozen where those lie that `trained` does not have; null where it has all
 * @throws TuneDeskError model/tensor-missing, model/tensor-shape
 */
export function createModelWeights(
  parameters: readonly ParameterShape[],
  trained: ParameterStore,
  frozen: FrozenWeights | null,
): ModelWeights {
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

  return {
    trained,
    isTrained: (name) => trained.has(name),
    fed: (inputs) =>
      Object.fromEntries(
        Object.entries(inputs).flatMap(([input, name]) => (trained.has(name) ? [[input, trained.value(name)]] : [])),
      ),
    frozen: (inputs) =>
      Object.fromEntries(
        Object.entries(inputs).flatMap(([input, name]) => {
          const tensor = tensors.get(name)
          return tensor ? [[input, tensor]] : []
        }),
      ),
  }
}
