import type { OnnxInitializer, OnnxNode } from '../../files/onnx.ts'
import type { Graph, Shape, Value, ValueType } from './graph.ts'

/** A tensor of the reference executor, row-major. int64 values are exact up to 2^53. */
export interface DenseTensor {
  shape: readonly number[]
  data: Float64Array
}

export interface GradientContext<Attributes> {
  graph: Graph
  inputs: readonly Value[]
  output: Value
  attributes: Attributes
  /** Gradient of the loss with respect to the output; has the output's shape. */
  upstream: Value
  /** Which inputs a gradient is wanted for. The others may be left undefined. */
  needed: readonly boolean[]
}

export interface LoweringContext<Attributes> {
  inputs: readonly string[]
  inputShapes: readonly Shape[]
  output: string
  shape: Shape
  attributes: Attributes
  /** A fresh name for an intermediate of this op. */
  temporary(): string
  /** A constant int64 vector; returns its name. */
  int64(values: readonly number[]): string
  /** A constant float32 scalar; returns its name. */
  float32(value: number): string
}

/** One operation: what it makes of shapes, how it is differentiated, how it runs. */
export interface Op<Attributes = unknown> {
  readonly name: string
  /** Shape of the output. Throws where the inputs do not fit. */
  shape(inputs: readonly Shape[], attributes: Attributes): Shape
  readonly type?: ValueType
  /** Gradients with respect to the inputs, as new nodes; null for an op that only backward programs use. */
  readonly gradient: ((context: GradientContext<Attributes>) => readonly (Value | undefined)[]) | null
  /** The ONNX nodes that compute it. */
  toOnnx(context: LoweringContext<Attributes>): OnnxNode[]
  /** The reference: plain float64 loops. `shape` is the output's, all numbers. */
  evaluate(inputs: readonly DenseTensor[], attributes: Attributes, shape: readonly number[]): Float64Array
}

export type LoweredConstants = OnnxInitializer[]

/** Appends a node of `op` to the graph. */
export function apply<Attributes>(graph: Graph, op: Op<Attributes>, inputs: readonly Value[], attributes: Attributes): Value {
  const shapes = inputs.map((input) => graph.shape(input))
  let shape: Shape
  try {
    shape = op.shape(shapes, attributes)
  } catch (cause) {
    throw new Error(`${op.name}(${shapes.map((each) => `[${each.join()}]`).join(', ')}): ${(cause as Error).message}`, { cause })
  }
  // The graph keeps ops of every attribute type; each is only ever called with the attributes it was appended with.
  return graph.append({ op: op as Op, inputs, attributes, shape, type: op.type ?? 'float32' })
}

export const count = (shape: readonly number[]): number => shape.reduce((product, length) => product * length, 1)

/** Row-major strides, 0 along axes that broadcast to `target`. */
export function broadcastStrides(shape: readonly number[], target: readonly number[]): number[] {
  const strides = new Array<number>(target.length).fill(0)
  let stride = 1
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const length = shape[axis] ?? 1
    if (length !== 1) strides[target.length - shape.length + axis] = stride
    stride *= length
  }
  return strides
}

/** Calls `visit(outputIndex, inputIndices)` for every element of `shape`, the inputs broadcast to it. */
export function eachElement(
  shape: readonly number[],
  inputs: readonly (readonly number[])[],
  visit: (at: number, inputsAt: readonly number[]) => void,
): void {
  const strides = inputs.map((input) => broadcastStrides(input, shape))
  const position = new Array<number>(shape.length).fill(0)
  const at = inputs.map(() => 0)
  const total = count(shape)
  for (let index = 0; index < total; index++) {
    visit(index, at)
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const next = (position[axis] ?? 0) + 1
      const wrapped = next === shape[axis]
      position[axis] = wrapped ? 0 : next
      strides.forEach((stride, i) => {
        at[i] = (at[i] ?? 0) + (stride[axis] ?? 0) * (wrapped ? 1 - next : 1)
      })
      if (!wrapped) break
    }
  }
}

/** An elementwise op of two inputs that broadcast. */
export function evaluateBinary(
  [a, b]: readonly DenseTensor[],
  shape: readonly number[],
  combine: (x: number, y: number) => number,
): Float64Array {
  const out = new Float64Array(count(shape))
  if (!a || !b) throw new Error('two inputs expected')
  eachElement(shape, [a.shape, b.shape], (at, [x = 0, y = 0]) => {
    out[at] = combine(a.data[x] ?? NaN, b.data[y] ?? NaN)
  })
  return out
}

/** The one input of a unary op. */
export function only<T>(inputs: readonly T[]): T {
  const [input] = inputs
  if (input === undefined) throw new Error('an input expected')
  return input
}

/** Both inputs of a binary op. */
export function both<T>(inputs: readonly T[]): [T, T] {
  const [a, b] = inputs
  if (a === undefined || b === undefined) throw new Error('two inputs expected')
  return [a, b]
}
