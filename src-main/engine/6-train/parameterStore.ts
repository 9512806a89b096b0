import type { ParameterShape } from '../4-graph/parameters.ts'
import type { Executor, Floats, Tensor } from '../5-exec/executor.ts'
import { productOfFactors, tensorsOf, type GradientFactors, type OptimizedParameter } from '../5-exec/optimizerKernels.ts'
import { TuneDeskError } from '../../contract/error.ts'
import { count } from '../4-graph/elements.ts'
import type { OptimizerStep, StateTensor } from './optimizers/optimizer.ts'
import { OPTIMIZERS, optimizerStateBytes } from './optimizers/optimizers.ts'
import type { NamedTensor, OptimizerTensor, SavedOptimizerTensor } from './trainableModel.ts'

interface Parameter {
  name: string
  shape: readonly number[]
  value: Tensor
  /** Undefined until something has been added since the last step. */
  gradient: Tensor | undefined
  /** In its place, what it is made from when the optimizer uses it. */
  factors: GradientFactors | undefined
  /** What the optimizer keeps of it, by name; nothing before its first step. */
  state: OptimizedParameter['state']
}

/** Of the parameter of that name. */
export interface NamedFactors extends GradientFactors {
  name: string
}

/** The gradient of a large parameter, added block after block of its rows, so that a second one is never there beside the first. */
interface GradientInBlocks {
  /** Where a program may write the gradient of these rows, or undefined. What it wrote is then handed to `add`. */
  destination(start: number, count: number): Tensor | undefined
  /** In the rows' order, each once. */
  add(start: number, block: Tensor): Promise<void>
  /** Behind the last block. */
  end(): void
}

/** The weights that are trained, with their gradients and optimizer state, all of them handles of one executor. */
export interface ParameterStore {
  /** Of the weights and the optimizer's state. */
  checkpointBytes(optim: OptimizerStep['optim']): number
  has(name: string): boolean
  value(name: string): Tensor
  /** Where a program may write the gradient, or undefined. What it wrote is then handed to `addGradient`. */
  gradientDestination(name: string): Tensor | undefined
  addGradient(name: string, gradient: Tensor): Promise<void>
  gradientInBlocks(name: string): GradientInBlocks
  /**
   * Gradients that are made in the optimizer's step, stretch by stretch, so that they are never there at once. Nothing else is added to them.
   * @param squaredNorm Σ of the gradients' squares
   */
  addFactors(factors: readonly NamedFactors[], squaredNorm: number): void
  /** Of a gradient that is factors. */
  factors(name: string): GradientFactors | undefined
  /**
   * Adds rows to the product of a gradient's factors.
   * @param squaredNorm by how much Σ of the gradients' squares becomes more
   */
  addToFactors(name: string, added: NonNullable<GradientFactors['added']>, squaredNorm: number): void
  /** Adds source[i] × factor to row indices[i] of the gradient. */
  addGradientRows(name: string, indices: Int32Array, source: Tensor, factor: number): void
  gradient(name: string): Promise<Floats>
  /** Forgets what has been added since the last step. */
  discardGradients(): void
  gradientNorm(): Promise<number>
  /** @param step the number of this step, from 1 */
  optimizerStep(hyperparameters: OptimizerStep, step: number): Promise<void>
  weights(): AsyncIterable<NamedTensor>
  optimizerState(): OptimizerTensor[]
  loadWeights(tensors: AsyncIterable<NamedTensor>): Promise<void>
  loadOptimizerState(tensors: AsyncIterable<SavedOptimizerTensor>): Promise<void>
}

const BYTES_PER_FLOAT = 4

/** Norms and biases are not decayed (transformers, Trainer.get_decay_parameter_names); in these families they are the vectors. */
const decays = ({ shape }: { shape: readonly number[] }): boolean => shape.length > 1

const float32 = (data: Floats): Float32Array => (data instanceof Float32Array ? data : Float32Array.from(data))

export async function createParameterStore(
  trained: readonly ParameterShape[],
  executor: Executor,
  weights: AsyncIterable<NamedTensor>,
): Promise<ParameterStore> {
  const shapes = new Map(trained.map(({ name, shape }) => [name, shape]))
  const parameters = new Map<string, Parameter>()
  /** Of the gradients that are still factors. */
  let squaredNorm = 0

  const requireShape = (name: string, shape: readonly number[], wanted: readonly number[]): void => {
    if (shape.join() !== wanted.join())
      throw new TuneDeskError('model/tensor-shape', { name, found: shape.join(' × '), wanted: wanted.join(' × ') })
  }
  const find = (name: string): Parameter => {
    const parameter = parameters.get(name)
    if (!parameter) throw new Error(`no parameter ${name}`)
    return parameter
  }
  const all = (): Parameter[] => [...shapes.keys()].map(find)

  /** What is kept of a parameter, after checking that it is what the optimizer keeps; zeros before its first step. */
  function stateTensor({ name: of, state }: Parameter, { name, shape, type }: StateTensor): Tensor {
    const kept = state[name]
    if (!kept) return type === 'uint8' ? executor.upload(new Uint8Array(count(shape)), shape) : executor.zeros(shape)
    requireShape(`${name}.${of}`, kept.shape, shape)
    if (kept.type !== type) throw new Error(`${name}.${of} is ${kept.type} where the optimizer keeps ${type}`)
    return kept
  }

  async function loadWeights(tensors: AsyncIterable<NamedTensor>): Promise<void> {
    const missing = new Set(shapes.keys())
    for await (const tensor of tensors) {
      const shape = shapes.get(tensor.name)
      if (!shape) continue // what is frozen, a lm_head that is stored though it is tied, rotary tables of old checkpoints
      requireShape(tensor.name, tensor.shape, shape)
      const value = executor.upload(tensor.data, shape)
      missing.delete(tensor.name)
      const before = parameters.get(tensor.name)
      if (before) executor.release(before.value)
      parameters.set(tensor.name, {
        gradient: undefined,
        factors: undefined,
        state: {},
        ...before,
        name: tensor.name,
        shape,
        value,
      })
    }
    const [first] = missing
    if (first !== undefined) throw new TuneDeskError('model/tensor-missing', { name: first, count: missing.size })
  }
  await loadWeights(weights)

  function discardGradients(): void {
    // Matrices that were given the same input share it as a factor.
    const used = new Set<Tensor>()
    for (const parameter of parameters.values()) {
      const { gradient, factors } = parameter
      for (const tensor of [...(gradient ? [gradient] : []), ...(factors ? tensorsOf(factors) : [])]) used.add(tensor)
      Object.assign(parameter, { gradient: undefined, factors: undefined })
    }
    executor.release(...used)
    squaredNorm = 0
  }
  return {
    checkpointBytes: (optim) =>
      all().reduce((total, { shape }) => total + BYTES_PER_FLOAT * count(shape), 0) + optimizerStateBytes(optim, all()),
    has: (name) => shapes.has(name),
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
    gradientInBlocks(name) {
      const parameter = find(name)
      const { gradient, shape } = parameter
      if (gradient) {
        let sum = gradient
        return {
          destination: (_, rows) => executor.scratch('addend.rows', [rows, ...shape.slice(1)]),
          async add(start, block) {
            parameter.gradient = sum = await executor.addToRows(sum, start, block)
            executor.release(block)
          },
          end: () => undefined,
        }
      }
      const whole = executor.scratch(`gradient.${name}`, shape)
      const blocks: Tensor[] = []
      return {
        destination: (start, rows) => whole && executor.rows(whole, start, rows),
        add: (_, block) => Promise.resolve(void blocks.push(block)),
        end() {
          parameter.gradient = whole ?? executor.concatenate(blocks, shape)
          if (!whole) executor.release(...blocks)
        },
      }
    },
    addFactors(named, theirs) {
      for (const { name, ...factors } of named) {
        const parameter = find(name)
        if (parameter.gradient ?? parameter.factors) throw new Error(`${name} already has a gradient`)
        parameter.factors = factors
      }
      squaredNorm += theirs
    },
    factors: (name) => find(name).factors,
    addToFactors(name, added, theirs) {
      const { factors } = find(name)
      if (!factors || factors.added) throw new Error(`${name} has no factors that rows can be added to`)
      factors.added = added
      squaredNorm += theirs
    },
    addGradientRows(name, indices, source, factor) {
      const parameter = find(name)
      const gradient = parameter.gradient ?? executor.zeros(parameter.shape, `gradient.${name}`)
      parameter.gradient = executor.addRows(gradient, indices, source, factor)
    },
    gradient: async (name) => {
      const { gradient, factors, shape } = find(name)
      if (gradient) return executor.download(gradient)
      if (!factors) return new Float32Array(count(shape))
      const read = new Map<Tensor, Floats>()
      for (const tensor of tensorsOf(factors)) read.set(tensor, await executor.download(tensor))
      return productOfFactors(factors, (tensor) => read.get(tensor) ?? [])
    },
    discardGradients,
    gradientNorm: async () =>
      Math.sqrt(squaredNorm + (await executor.sumOfSquares(all().flatMap(({ gradient }) => gradient ?? [])))),
    async optimizerStep(hyperparameters, step) {
      const optimizer = OPTIMIZERS[hyperparameters.optim]
      const updates = all().flatMap((parameter) => {
        const gradient = parameter.gradient ?? parameter.factors
        if (!gradient) return []
        const { value } = parameter
        const state = Object.fromEntries(optimizer.state(parameter).map((kept) => [kept.name, stateTensor(parameter, kept)]))
        return [{ parameter, update: { value, gradient, state, decays: decays(parameter) } }]
      })
      await optimizer.step(
        executor,
        updates.map(({ update }) => update),
        { ...hyperparameters, step },
      )
      for (const { parameter, update } of updates) {
        Object.assign(parameter, { value: update.value, state: update.state })
      }
      discardGradients()
    },
    async *weights() {
      for (const { name, shape, value } of all()) yield { name, shape: [...shape], data: float32(await executor.download(value)) }
    },
    optimizerState: () =>
      all().flatMap(({ name, state }) =>
        Object.entries(state).map(([kind, tensor]) => ({
          name: `${kind}.${name}`,
          shape: [...tensor.shape],
          ...(tensor.type === 'uint8'
            ? { type: 'uint8' as const, read: () => executor.downloadCodes(tensor) }
            : { type: 'float32' as const, read: async () => float32(await executor.download(tensor)) }),
        })),
      ),
    loadWeights,
    async loadOptimizerState(tensors) {
      for (const parameter of parameters.values()) parameter.state = {}
      for await (const { name, shape, data } of tensors) {
        const dot = name.indexOf('.')
        find(name.slice(dot + 1)).state[name.slice(0, dot)] = executor.upload(data, shape)
      }
    },
  }
}
