import { apply, type Graph, type Op, type Shape, type Value, type ValueType } from '../graph.ts'

export interface InputAttributes {
  name: string
  shape: Shape
  type: ValueType
}

const op = (type: ValueType): Op<InputAttributes> => ({
  name: 'input',
  type,
  shape: (_, attributes) => attributes.shape,
  gradient: () => [],
  toOnnx: () => [],
  evaluate: (_, { name }) => {
    throw new Error(`input ${name} was not fed`)
  },
})

const float32Input = op('float32')
const int64Input = op('int64')

/** A tensor that is fed when the program runs: a weight, an activation, ids. */
export function input(graph: Graph, name: string, shape: Shape, type: ValueType = 'float32'): Value {
  return apply(graph, type === 'int64' ? int64Input : float32Input, [], { name, shape, type })
}

/** The name of a fed value, undefined for a computed one. */
export function inputName(graph: Graph, value: Value): string | undefined {
  const node = graph.node(value)
  return node.op === float32Input || node.op === int64Input ? (node.attributes as InputAttributes).name : undefined
}
