import { MICROSOFT, type OnnxAttribute, type OnnxGraph, type OnnxInitializer, type OnnxType } from '../../files/onnx.ts'

export interface NodeOptions {
  attributes?: Record<string, OnnxAttribute>
  /** Names of the outputs; one that is made up unless said otherwise. */
  outputs?: string[]
  domain?: string
}

/** Writes an ONNX graph node by node; a value is its name. */
export interface OnnxBuilder {
  readonly graph: OnnxGraph
  input(name: string, type: OnnxType, shape: (number | string)[]): string
  output(name: string, type: OnnxType, shape: (number | string)[]): void
  initializer(initializer: OnnxInitializer): string
  /** An int64 vector. */
  integers(...values: number[]): string
  /** An int64 scalar. */
  integer(value: number): string
  floats(values: Float32Array, shape: number[]): string
  /** @returns the name of the first output */
  node(operator: string, inputs: string[], options?: NodeOptions): string
  /** A node of onnxruntime's own domain. */
  microsoftNode(operator: string, inputs: string[], options?: NodeOptions): string
}

export function createOnnxBuilder(): OnnxBuilder {
  const graph: OnnxGraph = { nodes: [], inputs: [], outputs: [], initializers: [] }
  const constants = new Map<string, string>()
  let made = 0

  const initializer = (tensor: OnnxInitializer): string => {
    graph.initializers.push(tensor)
    return tensor.name
  }
  const int64 = (name: string, values: number[], shape: number[]): string => {
    const known = constants.get(name)
    if (known !== undefined) return known
    constants.set(name, name)
    return initializer({ name, type: 'int64', shape, data: new Uint8Array(BigInt64Array.from(values, BigInt).buffer) })
  }
  const node: OnnxBuilder['node'] = (operator, inputs, { attributes = {}, outputs, domain = '' } = {}) => {
    const names = outputs ?? [`${operator}.${made++}`]
    graph.nodes.push({ operator, inputs, outputs: names, attributes, domain })
    return names[0] ?? ''
  }

  return {
    graph,
    input(name, type, shape) {
      graph.inputs.push({ name, type, shape })
      return name
    },
    output(name, type, shape) {
      graph.outputs.push({ name, type, shape })
    },
    initializer,
    integers: (...values) => int64(`integers.${values.join('.')}`, values, [values.length]),
    integer: (value) => int64(`integer.${value}`, [value], []),
    floats: (values, shape) =>
      initializer({
        name: `floats.${made++}`,
        type: 'float32',
        shape,
        data: new Uint8Array(values.buffer, values.byteOffset, values.byteLength),
      }),
    node,
    microsoftNode: (operator, inputs, options) => node(operator, inputs, { ...options, domain: MICROSOFT }),
  }
}
