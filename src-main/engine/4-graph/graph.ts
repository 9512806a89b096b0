import type { Op } from './op.ts'

/** A number, or the name of a length that is known only when the program runs ('N' tokens, 'S' supervised positions …). */
export type Dimension = number | string
export type Shape = readonly Dimension[]
export type ValueType = 'float32' | 'int64'
/** Index of the node that computes the value. */
export type Value = number

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
