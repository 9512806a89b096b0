import { availableParallelism } from 'node:os'
import * as ort from 'onnxruntime-node'
import { encodeOnnx } from '../../files/onnx.ts'
import { count } from '../4-graph/elements.ts'
import { lower } from '../4-graph/lower.ts'
import type { Program } from '../4-graph/program.ts'
import type { Executable, Executor, Floats, Tensor } from './executor.ts'
import { createKernelThreads, type Kernel } from './kernelThreads.ts'

/** A matrix product that writes a taller result than this leaves the cache and halves its speed (`docs/adr/0004-vocabulary-blocks.md`). */
const VOCABULARY_BLOCK = 2048

type Data = Float32Array<ArrayBuffer> | BigInt64Array<ArrayBuffer>

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
}

const tensorOf = (storage: Storage, shape: readonly number[], offset = 0): OrtTensor => ({
  shape,
  type: storage.data instanceof Float32Array ? 'float32' : 'int64',
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

const handle = (tensor: Tensor): ort.Tensor => new ort.Tensor(tensor.type, elements(tensor), tensor.shape)

/** An array whose memory is its own alone, so that it can be lent to a thread. */
const whole = (data: Floats): Float32Array<ArrayBuffer> =>
  data instanceof Float32Array && data.buffer instanceof ArrayBuffer && data.byteLength === data.buffer.byteLength
    ? (data as Float32Array<ArrayBuffer>)
    : new Float32Array(data)

async function createSession(program: Program, threads: number): Promise<ort.InferenceSession> {
  return ort.InferenceSession.create(encodeOnnx(lower(program)), {
    executionProviders: ['cpu'],
    intraOpNumThreads: threads,
    graphOptimizationLevel: 'all',
    logSeverityLevel: 3,
    // Each program has threads of its own; where idle ones spin they take the cores from the one that works (1.6 times slower).
    extra: { session: { intra_op: { allow_spinning: '0' } } },
  })
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

  /** Lends each job's tensors to the kernels' threads; when they are back, every tensor of these arrays has them again. */
  async function runKernels(
    jobs: readonly { kernel: Kernel; tensors: readonly Tensor[]; numbers: readonly number[] }[],
  ): Promise<number[]> {
    const results = await kernels.run(
      jobs.map(({ kernel, tensors, numbers }) => ({ kernel, arrays: tensors.map(floats), numbers })),
    )
    return results.map(({ arrays, value }, job) => {
      jobs[job]?.tensors.forEach((tensor, i) => {
        const { storage } = inside(tensor)
        const { buffer } = arrays[i] ?? storage.data
        storage.data = new Float32Array(buffer)
      })
      return value
    })
  }

  return {
    device: { description: `processor (onnxruntime ${ort.env.versions.node ?? ''}, ${threads} threads)`, kind: 'cpu', threads },
    vocabularyBlock: VOCABULARY_BLOCK,
    async compile(program): Promise<OrtExecutable> {
      const session = await createSession(program, threads)
      sessions.push(session)
      return { program, session }
    },
    async run(executable, inputs, destinations = {}) {
      const { program, session } = executable as OrtExecutable
      const feeds: Record<string, ort.Tensor> = {}
      for (const { name } of program.inputs) {
        const fed = inputs[name]
        if (!fed) throw new Error(`${program.name}: ${name} is not fed`)
        feeds[name] = handle(fed)
      }
      const fetches: Record<string, ort.Tensor | null> = {}
      for (const name of program.outputs.keys()) {
        const destination = destinations[name]
        fetches[name] = destination ? handle(destination) : null
      }
      const results = await session.run(feeds, fetches)
      return Object.fromEntries(
        [...program.outputs.keys()].map((name) => {
          // What comes back for a destination is another view of it; the destination itself keeps its array.
          const destination = destinations[name]
          const result = results[name]
          if (destination) return [name, destination]
          if (!result) throw new Error(`${program.name}: no output ${name}`)
          return [name, tensorOf({ data: result.data as Data }, result.dims)]
        }),
      )
    },
    upload: (data, shape) =>
      tensorOf({ data: data instanceof Int32Array ? BigInt64Array.from(data, (value) => BigInt(value)) : whole(data) }, shape),
    download: (tensor) => Promise.resolve(floats(tensor)),
    zeros(shape, scratchName) {
      if (scratchName === undefined) return tensorOf({ data: new Float32Array(count(shape)) }, shape)
      const tensor = scratch(scratchName, shape)
      floats(tensor).fill(0)
      return tensor
    },
    // Arrays go when nobody holds them; scratch buffers stay for the next step.
    release: () => undefined,
    scratch,
    rows(tensor, start, rowCount, shape) {
      const { storage, offset } = inside(tensor)
      const inner = tensor.shape.slice(1)
      return tensorOf(storage, shape ?? [rowCount, ...inner], offset + start * count(inner))
    },
    concatenate(parts, shape) {
      const data = new Float32Array(count(shape))
      let at = 0
      for (const part of parts) {
        data.set(floats(part), at)
        at += floats(part).length
      }
      return tensorOf({ data }, shape)
    },
    async add(target, source) {
      await runKernels([{ kernel: 'add', tensors: [target, source], numbers: [] }])
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
    async adamW(parameters, { step, learningRate, beta1, beta2, epsilon, gradientScale }) {
      const stepSize = learningRate / (1 - beta1 ** step)
      const secondCorrection = 1 / Math.sqrt(1 - beta2 ** step)
      const common = [gradientScale, 1 - beta1, beta2, 1 - beta2, epsilon, stepSize, secondCorrection]
      await runKernels(
        parameters.map(({ value, gradient, firstMoment, secondMoment, weightDecay }) => ({
          kernel: 'adamW',
          tensors: [value, gradient, firstMoment, secondMoment],
          numbers: [...common, 1 - learningRate * weightDecay],
        })),
      )
    },
    async dispose() {
      buffers.clear()
      await kernels.close()
      await Promise.all(sessions.splice(0).map((session) => session.release()))
    },
  }
}
