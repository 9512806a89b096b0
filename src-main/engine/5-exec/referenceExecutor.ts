import { count } from '../4-graph/elements.ts'
import type { DenseTensor, Dimension } from '../4-graph/graph.ts'
import type { Program } from '../4-graph/program.ts'
import type { Executable, Executor, Floats, Tensor, TensorType } from './executor.ts'
import { readFrozen } from './frozenTensor.ts'
import { dequantiseBlocks, quantiseBlocks } from './quantiseBlocks.ts'
import { createReferenceOptimizers } from './referenceOptimizers.ts'

interface ReferenceTensor extends DenseTensor {
  type: TensorType
}

interface ReferenceExecutable extends Executable {
  /** What is not fed. */
  constants: Readonly<Record<string, ReferenceTensor>>
}

const dense = (tensor: Tensor): ReferenceTensor => {
  if (!('data' in tensor)) throw new Error('a tensor of another executor')
  return tensor as unknown as ReferenceTensor
}

const typeOf = (data: Floats | Int32Array | Uint8Array): TensorType =>
  data instanceof Int32Array ? 'int64' : data instanceof Uint8Array ? 'uint8' : 'float32'

/** Lengths of a program's symbolic dimensions, read off what is fed. */
function bind(program: Program, inputs: Readonly<Record<string, Tensor>>): Map<string, number> {
  const lengths = new Map<string, number>()
  for (const { name, shape } of program.inputs) {
    const fed = inputs[name]
    if (!fed) throw new Error(`${program.name}: ${name} is not fed`)
    if (fed.shape.length !== shape.length)
      throw new Error(`${program.name}: ${name} has shape [${fed.shape.join()}], not [${shape.join()}]`)
    shape.forEach((dimension, axis) => {
      const length = fed.shape[axis] ?? NaN
      const known = typeof dimension === 'number' ? dimension : (lengths.get(dimension) ?? length)
      if (known !== length) throw new Error(`${program.name}: ${name} has shape [${fed.shape.join()}], not [${shape.join()}]`)
      if (typeof dimension === 'string') lengths.set(dimension, length)
    })
  }
  return lengths
}

/**
 * Plain float64 loops over the ops' own definitions: what other executors are held against. It never writes into a tensor that it was given,
 * so that whoever drives it proves not to rely on that.
 */
export function createReferenceExecutor(): Executor {
  const make = (shape: readonly number[], data: Float64Array, type: TensorType = 'float32'): ReferenceTensor => ({
    shape,
    data,
    type,
  })
  return {
    device: { description: 'reference (float64 loops)', kind: 'reference', threads: 1 },
    // Small, so that tests on small vocabularies walk several blocks and a ragged last one.
    vocabularyBlock: 200,
    async compile(program, frozen = {}): Promise<ReferenceExecutable> {
      const constants: Record<string, ReferenceTensor> = {}
      for (const { name } of program.inputs) {
        const tensor = frozen[name]
        if (tensor) constants[name] = make(tensor.location.shape, Float64Array.from(await readFrozen(tensor)))
      }
      return { program, constants }
    },
    run: (executable, fedInputs) => {
      const { program, constants } = executable as ReferenceExecutable
      const inputs = { ...fedInputs, ...constants }
      const lengths = bind(program, inputs)
      const values = new Map<number, DenseTensor>()
      for (const { name, value } of program.inputs) {
        const fed = inputs[name]
        if (fed) values.set(value, dense(fed))
      }
      for (const value of program.order) {
        const { op, inputs: operands, attributes, shape } = program.graph.node(value)
        const tensors = operands.map((operand) => {
          const tensor = values.get(operand)
          if (!tensor) throw new Error(`${program.name}: node ${operand} has not been computed`)
          return tensor
        })
        const resolved = resolve(shape, lengths, tensors[0])
        values.set(value, { shape: resolved, data: op.evaluate(tensors, attributes, resolved) })
      }
      return Promise.resolve(
        Object.fromEntries(
          [...program.outputs].map(([name, value]) => {
            const result = values.get(value)
            if (!result) throw new Error(`${program.name}: output ${name} has not been computed`)
            return [name, make(result.shape, result.data, program.graph.node(value).type)]
          }),
        ),
      )
    },
    upload: (data, shape) => make(shape, Float64Array.from(data), typeOf(data)),
    download: (tensor) => Promise.resolve(dense(tensor).data),
    downloadCodes: (tensor) => Promise.resolve(Uint8Array.from(dense(tensor).data)),
    zeros: (shape) => make(shape, new Float64Array(count(shape))),
    release: () => undefined,
    scratch: () => undefined,
    releaseScratch: () => undefined,
    rows: (tensor, start, rowCount, shape) => {
      const { data, type, shape: from } = dense(tensor)
      const width = count(from.slice(1))
      return make(shape ?? [rowCount, ...from.slice(1)], data.slice(start * width, (start + rowCount) * width), type)
    },
    concatenate: (parts, shape) => {
      const out = new Float64Array(count(shape))
      let at = 0
      for (const part of parts) {
        out.set(dense(part).data, at)
        at += dense(part).data.length
      }
      return make(shape, out)
    },
    quantise: (matrices) =>
      Promise.resolve(
        matrices.map(({ data, shape }) => {
          const { codes, scales } = quantiseBlocks(data)
          return {
            shape,
            codes: make(shape, Float64Array.from(codes), 'uint8'),
            scales: make([scales.length], Float64Array.from(scales)),
          }
        }),
      ),
    dequantise: (matrices) =>
      Promise.resolve(
        matrices.map(({ shape, codes, scales }) => {
          const blocks = { codes: Uint8Array.from(dense(codes).data), scales: Float32Array.from(dense(scales).data) }
          return make(shape, Float64Array.from(dequantiseBlocks(blocks)))
        }),
      ),
    add: (target, source) => {
      const { data } = dense(source)
      const sum = dense(target).data.map((value, i) => value + (data[i] ?? NaN))
      return Promise.resolve(make(target.shape, sum))
    },
    addToRows: (target, start, source) => {
      const data = dense(target).data.slice()
      const from = start * count(target.shape.slice(1))
      dense(source).data.forEach((value, i) => (data[from + i] = (data[from + i] ?? NaN) + value))
      return Promise.resolve(make(target.shape, data))
    },
    addRows: (target, indices, source, factor) => {
      const width = count(target.shape.slice(1))
      const from = dense(source).data
      const data = dense(target).data.slice()
      indices.forEach((index, row) => {
        for (let column = 0; column < width; column++) {
          const at = index * width + column
          data[at] = (data[at] ?? NaN) + factor * (from[row * width + column] ?? NaN)
        }
      })
      return make(target.shape, data)
    },
    sumOfSquares: (tensors) =>
      Promise.resolve(tensors.reduce((total, tensor) => dense(tensor).data.reduce((sum, x) => sum + x * x, total), 0)),
    ...createReferenceOptimizers(
      (tensor) => dense(tensor).data,
      (like, data) => make(like.shape, data, like.type),
    ),
    dispose: () => Promise.resolve(),
  }
}

/** A node's shape in numbers. A length that no input has ('GT' of attention) is born in a reshape, and follows from the number of elements. */
function resolve(shape: readonly Dimension[], lengths: Map<string, number>, from: DenseTensor | undefined): number[] {
  const born = shape.find((dimension) => typeof dimension === 'string' && !lengths.has(dimension))
  const length = (dimension: Dimension): number => (typeof dimension === 'number' ? dimension : (lengths.get(dimension) ?? 1))
  if (typeof born === 'string') lengths.set(born, count(from?.shape ?? []) / count(shape.map(length)))
  return shape.map(length)
}
