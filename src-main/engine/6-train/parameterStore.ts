import type { ModelConfig } from '../4-graph/config.ts'
import { modelParameters } from '../4-graph/parameters.ts'
import type { Executor, Floats, Tensor } from '../5-exec/executor.ts'
import { TuneDeskError } from '../../contract/error.ts'
import { count } from '../4-graph/elements.ts'
import type { AdamWHyperparameters, NamedTensor } from './trainableModel.ts'

interface Parameter {
  name: string
  shape: readonly number[]
  value: Tensor
  /** Undefined until something has been added since the last step. */
  gradient: Tensor | undefined
  moments: { first: Tensor; second: Tensor } | undefined
}

/** A model's weights with their gradients and optimizer state, all of them handles of one executor. */
export interface ParameterStore {
  readonly elements: number
  value(name: string): Tensor
  /** Where a program may write the gradient, or undefined. What it wrote is then handed to `addGradient`. */
  gradientDestination(name: string): Tensor | undefined
  addGradient(name: string, gradient: Tensor): Promise<void>
  /** Adds source[i] × factor to row indices[i] of the gradient. */
  addGradientRows(name: string, indices: Int32Array, source: Tensor, factor: number): void
  gradient(name: string): Promise<Floats>
  gradientNorm(): Promise<number>
  /** @param step the number of this step, from 1 */
  adamW(hyperparameters: AdamWHyperparameters, step: number): Promise<void>
  weights(): AsyncIterable<NamedTensor>
  optimizerState(): AsyncIterable<NamedTensor>
  loadWeights(tensors: AsyncIterable<NamedTensor>): Promise<void>
  loadOptimizerState(tensors: AsyncIterable<NamedTensor>): Promise<void>
}

/** Norms and biases are not decayed (transformers, Trainer.get_decay_parameter_names); in these families they are the vectors. */
const decays = ({ shape }: { shape: readonly number[] }): boolean => shape.length > 1

const float32 = (data: Floats): Float32Array => (data instanceof Float32Array ? data : Float32Array.from(data))

const FIRST_MOMENT = 'exp_avg.'
const SECOND_MOMENT = 'exp_avg_sq.'

export async function createParameterStore(
  config: ModelConfig,
  executor: Executor,
  weights: AsyncIterable<NamedTensor>,
): Promise<ParameterStore> {
  const shapes = new Map(modelParameters(config).map(({ name, shape }) => [name, shape]))
  const parameters = new Map<string, Parameter>()

  const checked = ({ name, shape, data }: NamedTensor, wanted: readonly number[]): Tensor => {
    if (shape.join() !== wanted.join() || data.length !== count(wanted))
      throw new TuneDeskError('model/tensor-shape', { name, found: shape.join(' × '), wanted: wanted.join(' × ') })
    return executor.upload(data, wanted)
  }
  const find = (name: string): Parameter => {
    const parameter = parameters.get(name)
    if (!parameter) throw new Error(`no parameter ${name}`)
    return parameter
  }
  const all = (): Parameter[] => [...shapes.keys()].map(find)

  async function loadWeights(tensors: AsyncIterable<NamedTensor>): Promise<void> {
    const missing = new Set(shapes.keys())
    for await (const tensor of tensors) {
      const shape = shapes.get(tensor.name)
      if (!shape) continue // e.g. a lm_head that is stored though it is tied, or rotary tables of old checkpoints
      const value = checked(tensor, shape)
      missing.delete(tensor.name)
      const before = parameters.get(tensor.name)
      if (before) executor.release(before.value)
      parameters.set(tensor.name, { gradient: undefined, moments: undefined, ...before, name: tensor.name, shape, value })
    }
    const [first] = missing
    if (first !== undefined) throw new TuneDeskError('model/tensor-missing', { name: first, count: missing.size })
  }
  await loadWeights(weights)

  return {
    elements: all().reduce((total, { shape }) => total + count(shape), 0),
    value: (name) => find(name).value,
    gradientDestination(name) {
      const { gradient, shape } = find(name)
      // A second gradient goes to a buffer that parameters of one kind share over the layers, and is added.
      const kind = name.replace(/^model\.layers\.\d+\./, '')
      return executor.scratch(gradient ? `addend.${kind}` : `gradient.${name}`, shape)
    },
    async addGradient(name, gradient) {
      const parameter = find(name)
      if (parameter.gradient) {
        parameter.gradient = await executor.add(parameter.gradient, gradient)
        executor.release(gradient)
      } else parameter.gradient = gradient
    },
    addGradientRows(name, indices, source, factor) {
      const parameter = find(name)
      const gradient = parameter.gradient ?? executor.zeros(parameter.shape, `gradient.${name}`)
      parameter.gradient = executor.addRows(gradient, indices, source, factor)
    },
    gradient: async (name) => {
      const { gradient, shape } = find(name)
      return gradient ? executor.download(gradient) : new Float32Array(count(shape))
    },
    gradientNorm: async () => Math.sqrt(await executor.sumOfSquares(all().flatMap(({ gradient }) => gradient ?? []))),
    async adamW({ weightDecay, ...hyperparameters }, step) {
      const updates = all().flatMap((parameter) => {
        const { value, gradient, shape } = parameter
        if (!gradient) return []
        const { first, second } = (parameter.moments ??= { first: executor.zeros(shape), second: executor.zeros(shape) })
        const decay = decays(parameter) ? weightDecay : 0
        return [{ parameter, update: { value, gradient, firstMoment: first, secondMoment: second, weightDecay: decay } }]
      })
      await executor.adamW(
        updates.map(({ update }) => update),
        { step, ...hyperparameters },
      )
      for (const { parameter, update } of updates) {
        executor.release(update.gradient)
        parameter.value = update.value
        parameter.moments = { first: update.firstMoment, second: update.secondMoment }
        parameter.gradient = undefined
      }
    },
    async *weights() {
      for (const { name, shape, value } of all()) yield { name, shape: [...shape], data: float32(await executor.download(value)) }
    },
    async *optimizerState() {
      for (const { name, shape, moments } of all()) {
        if (!moments) continue
        yield { name: FIRST_MOMENT + name, shape: [...shape], data: float32(await executor.download(moments.first)) }
        yield { name: SECOND_MOMENT + name, shape: [...shape], data: float32(await executor.download(moments.second)) }
      }
    },
    loadWeights,
    async loadOptimizerState(tensors) {
      for (const parameter of parameters.values()) parameter.moments = undefined
      for await (const tensor of tensors) {
        const isFirst = tensor.name.startsWith(FIRST_MOMENT)
        const parameter = find(tensor.name.slice((isFirst ? FIRST_MOMENT : SECOND_MOMENT).length))
        const moments = (parameter.moments ??= {
          first: executor.zeros(parameter.shape),
          second: executor.zeros(parameter.shape),
        })
        moments[isFirst ? 'first' : 'second'] = checked(tensor, parameter.shape)
      }
    },
  }
}
