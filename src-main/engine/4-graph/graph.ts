import type { OnnxNode } from '../../files/onnx.ts'

/** A number, or the name of a length that is known only when the program runs ('N' tokens, 'S' supervised positions …). */
export type Dimension = number | string
export type Shape = readonly Dimension[]
export type ValueType = 'float32' | 'int64'
/** Index of the node that computes the value. */
export type Value = number

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

export interface GraphNode {
  op: Op
  inputs: readonly Value[]
  attributes: unknown
  shape: Shape
  type: ValueType
}

/** A computation as a list of nodes, each after its inputs. Grows only; differentiation appends to it. */
export class Graph {
  readonly nodes: GraphNode[] = []

  append(node: GraphNode): Value {
    return this.nodes.push(node) - 1
  }

  node(value: Value): GraphNode {
    const node = this.nodes[value]
    if (!node) throw new Error(`no node ${value} in this graph`)
    return node
  }

  shape(value: Value): Shape {
    return this.node(value).shape
  }
}

export const sameShape = (a: Shape, b: Shape): boolean => a.length === b.length && a.every((dimension, i) => dimension === b[i])

/** NumPy's broadcasting rule. Two different symbolic lengths never broadcast. */
export function broadcastShapes(a: Shape, b: Shape): Shape {
  const rank = Math.max(a.length, b.length)
  return Array.from({ length: rank }, (_, i) => {
    const x = a[a.length - rank + i] ?? 1
    const y = b[b.length - rank + i] ?? 1
    if (x !== y && x !== 1 && y !== 1) throw new Error(`shapes [${a.join()}] and [${b.join()}] do not broadcast`)
    return x === 1 ? y : x
  })
}

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
