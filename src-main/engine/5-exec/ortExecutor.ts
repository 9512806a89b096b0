import { availableParallelism } from 'node:os'
import * as ort from 'onnxruntime-node'
import { encodeOnnx } from '../../files/onnx.ts'
import { count } from '../4-graph/elements.ts'
import { lower } from '../4-graph/lower.ts'
import type { Program } from '../4-graph/program.ts'
import type { Executable, Executor, Tensor } from './executor.ts'
import { createKernels } from './kernels.ts'

/** A matrix product that writes a taller result than this leaves the cache and halves its speed (`docs/adr/0004-vocabulary-blocks.md`). */
const VOCABULARY_BLOCK = 2048

/** onnxruntime reads and writes our own arrays: a tensor is an array and a view of it. */
interface OrtTensor extends Tensor {
  data: Float32Array | BigInt64Array
  handle: ort.Tensor
}

interface OrtExecutable extends Executable {
  session: ort.InferenceSession
}

function wrap(data: Float32Array | BigInt64Array, shape: readonly number[]): OrtTensor {
  const type = data instanceof Float32Array ? 'float32' : 'int64'
  return { shape, type, data, handle: new ort.Tensor(type, data, shape) }
}

function inside(tensor: Tensor): OrtTensor {
  if (!('handle' in tensor)) throw new Error('a tensor of another executor')
  return tensor as OrtTensor
}

function floats(tensor: Tensor): Float32Array {
  const { data } = inside(tensor)
  if (!(data instanceof Float32Array)) throw new Error('a float32 tensor expected')
  return data
}

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
  const kernels = await createKernels()
  const sessions: ort.InferenceSession[] = []
  const buffers = new Map<string, Float32Array>()
  const scratch = (name: string, shape: readonly number[]): OrtTensor => {
    const size = count(shape)
    let buffer = buffers.get(name)
    if (!buffer || buffer.length < size) buffers.set(name, (buffer = new Float32Array(size)))
    return wrap(buffer.subarray(0, size), shape)
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
        feeds[name] = inside(fed).handle
      }
      const fetches: Record<string, ort.Tensor | null> = {}
      for (const name of program.outputs.keys()) {
        const destination = destinations[name]
        fetches[name] = destination ? inside(destination).handle : null
      }
      const results = await session.run(feeds, fetches)
      return Object.fromEntries(
        [...program.outputs.keys()].map((name) => {
          // What comes back for a destination is another view of it; the destination itself keeps its array.
          const destination = destinations[name]
          const result = results[name]
          if (destination) return [name, destination]
          if (!result) throw new Error(`${program.name}: no output ${name}`)
          return [name, wrap(result.data as Float32Array, result.dims)]
        }),
      )
    },
    upload: (data, shape) => wrap(data instanceof Int32Array ? BigInt64Array.from(data, (value) => BigInt(value)) : data, shape),
    download: (tensor) => Promise.resolve(floats(tensor)),
    zeros(shape, scratchName) {
      if (scratchName === undefined) return wrap(new Float32Array(count(shape)), shape)
      const tensor = scratch(scratchName, shape)
      floats(tensor).fill(0)
      return tensor
    },
    // Arrays go when nobody holds them; scratch buffers stay for the next step.
    release: () => undefined,
    scratch,
    rows(tensor, start, rowCount, shape) {
      const width = count(tensor.shape.slice(1))
      const { data } = inside(tensor)
      return wrap(data.subarray(start * width, (start + rowCount) * width), shape ?? [rowCount, ...tensor.shape.slice(1)])
    },
    concatenate(parts, shape) {
      const data = new Float32Array(count(shape))
      let at = 0
      for (const part of parts) {
        data.set(floats(part), at)
        at += floats(part).length
      }
      return wrap(data, shape)
    },
    add(target, source) {
      kernels.add(floats(target), floats(source))
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
    sumOfSquares: (tensors) =>
      Promise.resolve(tensors.reduce((total, tensor) => total + kernels.sumOfSquares(floats(tensor)), 0)),
    adamW(parameters, step) {
      for (const { value, gradient, firstMoment, secondMoment, weightDecay } of parameters)
        kernels.adamW(floats(value), floats(gradient), floats(firstMoment), floats(secondMoment), weightDecay, step)
      return Promise.resolve()
    },
    async dispose() {
      buffers.clear()
      await Promise.all(sessions.splice(0).map((session) => session.release()))
    },
  }
}
