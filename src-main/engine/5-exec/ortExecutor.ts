import { availableParallelism } from 'node:os'
import * as ort from 'onnxruntime-node'
import { encodeOnnx } from '../../files/onnx.ts'
import { count } from '../4-graph/elements.ts'
import { lower, type LoweredProgram } from '../4-graph/lower.ts'
import type { Program } from '../4-graph/program.ts'
import type { Executable, Executor, Floats, Tensor, TensorType } from './executor.ts'
import type { FrozenTensor } from './frozenTensor.ts'
import { createKernelThreads, type FactorLayout, type KernelArray } from './kernelThreads.ts'
import { tensorsOf, type GradientFactors } from './optimizerKernels.ts'
import { blocksOf } from './quantiseBlocks.ts'
import { runInPlace, withRefusedOutput } from './runInPlace.ts'
import { createThreadedOptimizers, type TensorJob } from './threadedOptimizers.ts'

/** A matrix product that writes a taller result than this leaves the cache and halves its speed (`docs/adr/0004-vocabulary-blocks.md`). */
const VOCABULARY_BLOCK = 2048
/** So many elements are added before a thread that is asked to do it has begun. */
const ADDED_HERE = 2 ** 17

type Data = Float32Array<ArrayBuffer> | BigInt64Array<ArrayBuffer> | Uint8Array<ArrayBuffer>

/** An array of ours. While the optimizer's threads have it, it is somewhere else; then it is back in `data`. */
interface Storage {
  data: Data
}

/** onnxruntime reads and writes our own arrays: a tensor is a stretch of one. */
interface OrtTensor extends Tensor {
  storage: Storage
  /** Index of the first element. */
  offset: number
}

interface OrtExecutable extends Executable {
  session: ort.InferenceSession
  /** The names of the inputs that are fed. */
  fed: string[]
  stretches: LoweredProgram['stretches']
}

const typeOf = (data: Data): TensorType =>
  data instanceof Float32Array ? 'float32' : data instanceof Uint8Array ? 'uint8' : 'int64'

const tensorOf = (storage: Storage, shape: readonly number[], offset = 0): OrtTensor => ({
  shape,
  type: typeOf(storage.data),
  storage,
  offset,
})

function inside(tensor: Tensor): OrtTensor {
  if (!('storage' in tensor)) throw new Error('a tensor of another executor')
  return tensor as OrtTensor
}

function elements(tensor: Tensor): Data {
  const { storage, offset, shape } = inside(tensor)
  return storage.data.subarray(offset, offset + count(shape))
}

function floats(tensor: Tensor): Float32Array<ArrayBuffer> {
  const data = elements(tensor)
  if (!(data instanceof Float32Array)) throw new Error('a float32 tensor expected')
  return data
}

function codes(tensor: Tensor): Uint8Array<ArrayBuffer> {
  const data = elements(tensor)
  if (!(data instanceof Uint8Array)) throw new Error('a uint8 tensor expected')
  return data
}

/** What the kernels' threads can be lent. */
function lendable(tensor: Tensor): KernelArray {
  const data = elements(tensor)
  if (data instanceof BigInt64Array) throw new Error('kernels compute with float32 and codes')
  return data
}

const layoutOf = ({ input, added }: GradientFactors): FactorLayout => ({
  width: input.shape[1] ?? 0,
  ...(added ? { addedRows: added.rows } : {}),
})

const zeros = (shape: readonly number[]): OrtTensor => tensorOf({ data: new Float32Array(count(shape)) }, shape)

const handle = (tensor: Tensor): ort.Tensor => new ort.Tensor(tensor.type, elements(tensor), tensor.shape)

/** An array whose memory is its own alone, so that it can be lent to a thread. */
function whole(data: Floats | Uint8Array): KernelArray {
  const isWhole = data.buffer instanceof ArrayBuffer && data.byteLength === data.buffer.byteLength
  if (data instanceof Uint8Array) return isWhole ? (data as Uint8Array<ArrayBuffer>) : new Uint8Array(data)
  return isWhole && data instanceof Float32Array ? (data as Float32Array<ArrayBuffer>) : new Float32Array(data)
}

/** The shapes of a program's outputs, by name, once the lengths of its inputs are known. */
function outputShapes({ graph, inputs, outputs }: Program, fed: Readonly<Record<string, Tensor>>) {
  const lengths = new Map<string, number>()
  for (const { name, shape } of inputs)
    shape.forEach((dimension, axis) => {
      const length = fed[name]?.shape[axis]
      if (typeof dimension === 'string' && length !== undefined) lengths.set(dimension, length)
    })
  return (name: string): number[] =>
    graph
      .shape(outputs.get(name) ?? NaN)
      .map((dimension) => (typeof dimension === 'string' ? (lengths.get(dimension) ?? NaN) : dimension))
}

/** @param frozen the program's frozen inputs, all of one folder */
async function createExecutable(
  program: Program,
  frozen: ReadonlyMap<string, FrozenTensor>,
  threads: number,
): Promise<OrtExecutable> {
  const locations = new Map([...frozen].map(([name, { location }]) => [name, location]))
  const [folder] = [...frozen.values()].map((tensor) => tensor.folder)
  const isWidened = [...locations.values()].some(({ dtype }) => dtype !== 'F32')
  const lowered = lower(program, locations)
  const session = await ort.InferenceSession.create(encodeOnnx(withRefusedOutput(lowered)), {
    executionProviders: ['cpu'],
    intraOpNumThreads: threads,
    graphOptimizationLevel: 'all',
    logSeverityLevel: 3,
    // A program with frozen weights is there once for each layer, and each would keep an arena of its own.
    enableCpuMemArena: folder === undefined,
    extra: {
      session: {
        // Each program has threads of its own; where idle ones spin they take the cores from the one that works (1.6 times slower).
        intra_op: { allow_spinning: '0' },
        // Frozen weights are mapped from their file: to prepack or to widen them beforehand would copy them.
        ...(folder === undefined ? {} : { disable_prepacking: '1', model_external_initializers_file_folder_path: folder }),
      },
      ...(isWidened ? { optimization: { disable_specified_optimizers: 'ConstantFolding' } } : {}),
    },
  })
  const fed = program.inputs.flatMap(({ name }) => (frozen.has(name) ? [] : name))
  return { program, session, fed, stretches: lowered.stretches }
}

/** onnxruntime on the CPU. Writes results into destinations in place. */
export async function createOrtExecutor(options: { threads?: number } = {}): Promise<Executor> {
  const threads = options.threads ?? availableParallelism()
  const kernels = createKernelThreads(threads)
  const sessions: ort.InferenceSession[] = []
  const buffers = new Map<string, Storage>()
  const scratch = (name: string, shape: readonly number[]): OrtTensor => {
    const size = count(shape)
    let storage = buffers.get(name)
    if (!storage || storage.data.length < size) buffers.set(name, (storage = { data: new Float32Array(size) }))
    return tensorOf(storage, shape)
  }

  const rows = (tensor: Tensor, start: number, rowCount: number, shape?: readonly number[]): OrtTensor => {
    const { storage, offset } = inside(tensor)
    const inner = tensor.shape.slice(1)
    return tensorOf(storage, shape ?? [rowCount, ...inner], offset + start * count(inner))
  }

  /** Lends each job's tensors to the kernels' threads; when they are back, every tensor of these arrays has them again. */
  async function runKernels(jobs: readonly TensorJob[]): Promise<number[]> {
    const lent = jobs.map(({ tensors, factors }) => [...tensors, ...(factors ? tensorsOf(factors) : [])])
    const results = await kernels.run(
      jobs.map(({ kernel, numbers, factors }, job) => ({
        kernel,
        arrays: (lent[job] ?? []).map(lendable),
        numbers,
        ...(factors ? { factors: layoutOf(factors) } : {}),
      })),
    )
    return results.map(({ arrays, value }, job) => {
      lent[job]?.forEach((tensor, i) => {
        const { storage } = inside(tensor)
        const array = arrays[i]
        if (array) storage.data = array instanceof Uint8Array ? new Uint8Array(array.buffer) : new Float32Array(array.buffer)
      })
      return value
    })
  }

  return {
    device: { description: `processor (onnxruntime ${ort.env.versions.node ?? ''}, ${threads} threads)`, kind: 'cpu', threads },
    vocabularyBlock: VOCABULARY_BLOCK,
    async compile(program, frozen = {}): Promise<OrtExecutable> {
      const constants = new Map(
        program.inputs.flatMap(({ name }) => {
          const tensor = frozen[name]
          return tensor ? [[name, tensor] as const] : []
        }),
      )
      const executable = await createExecutable(program, constants, threads)
      sessions.push(executable.session)
      return executable
    },
    async run(executable, inputs, destinations = {}) {
      const { program, session, fed: names, stretches } = executable as OrtExecutable
      const feeds: Record<string, ort.Tensor> = {}
      for (const name of names) {
        const fed = inputs[name]
        if (!fed) throw new Error(`${program.name}: ${name} is not fed`)
        feeds[name] = handle(fed)
      }
      const shapes = outputShapes(program, inputs)
      const places = new Map<string, Tensor>()
      const fetches: Record<string, ort.Tensor> = {}
      for (const name of program.outputs.keys()) {
        const place = destinations[name] ?? zeros(shapes(name))
        places.set(name, place)
        const parts = stretches.get(name)
        if (parts) for (const { output, start, count: size } of parts) fetches[output] = handle(rows(place, start, size))
        else fetches[name] = handle(place)
      }
      await runInPlace(session, feeds, fetches)
      return Object.fromEntries(places)
    },
    upload: (data, shape) =>
      tensorOf({ data: data instanceof Int32Array ? BigInt64Array.from(data, (value) => BigInt(value)) : whole(data) }, shape),
    download: (tensor) => Promise.resolve(floats(tensor)),
    downloadCodes: (tensor) => Promise.resolve(codes(tensor)),
    zeros(shape, scratchName) {
      if (scratchName === undefined) return zeros(shape)
      const tensor = scratch(scratchName, shape)
      floats(tensor).fill(0)
      return tensor
    },
    // Arrays go when nobody holds them; scratch buffers stay for the next step.
    release: () => undefined,
    scratch,
    releaseScratch: () => buffers.clear(),
    rows,
    concatenate(parts, shape) {
      const data = new Float32Array(count(shape))
      let at = 0
      for (const part of parts) {
        data.set(floats(part), at)
        at += floats(part).length
      }
      return tensorOf({ data }, shape)
    },
    async quantise(matrices) {
      const tensors = matrices.map(({ data, shape }) => ({
        shape,
        values: tensorOf({ data: whole(data) }, shape),
        codes: tensorOf({ data: new Uint8Array(data.length) }, shape),
        scales: tensorOf({ data: new Float32Array(blocksOf(data.length)) }, [blocksOf(data.length)]),
      }))
      await runKernels(
        tensors.map(({ values, codes, scales }) => ({
          kernel: 'quantiseBlocks',
          tensors: [values, codes, scales],
          numbers: [],
        })),
      )
      return tensors.map(({ shape, codes, scales }) => ({ shape, codes, scales }))
    },
    async dequantise(matrices, destinations) {
      const places = matrices.map((matrix, i) => {
        const to = destinations[i] ?? tensorOf({ data: new Float32Array(count(matrix.shape)) }, matrix.shape)
        return { ...matrix, to }
      })
      await runKernels(
        places.map(({ to, codes, scales }) => ({ kernel: 'dequantiseBlocks', tensors: [to, codes, scales], numbers: [] })),
      )
      return places.map(({ to }) => to)
    },
    async add(target, source) {
      await runKernels([{ kernel: 'add', tensors: [target, source], numbers: [] }])
      return target
    },
    async addToRows(target, start, source) {
      const place = rows(target, start, source.shape[0] ?? 0)
      if (count(source.shape) > ADDED_HERE) await runKernels([{ kernel: 'add', tensors: [place, source], numbers: [] }])
      else {
        const [to, from] = [floats(place), floats(source)]
        for (let i = 0; i < to.length; i++) to[i] = (to[i] ?? NaN) + (from[i] ?? NaN)
      }
      return target
    },
    addRows(target, indices, source, factor) {
      const to = floats(target)
      const from = floats(source)
      const width = count(target.shape.slice(1))
      indices.forEach((index, row) => {
        const start = index * width
        const sourceStart = row * width
        for (let column = 0; column < width; column++)
          to[start + column] = (to[start + column] ?? NaN) + factor * (from[sourceStart + column] ?? NaN)
      })
      return target
    },
    async sumOfSquares(tensors) {
      const sums = await runKernels(tensors.map((tensor) => ({ kernel: 'sumOfSquares', tensors: [tensor], numbers: [] })))
      return sums.reduce((total, sum) => total + sum, 0)
    },
    ...createThreadedOptimizers(runKernels, () => kernels.takesFactors()),
    async dispose() {
      buffers.clear()
      await kernels.close()
      await Promise.all(sessions.splice(0).map((session) => session.release()))
    },
  }
}
