import type { OnnxGraph, OnnxInitializer, OnnxNode } from '../../files/onnx.ts'
import type { Value } from './graph.ts'
import type { Program } from './program.ts'

const int64Bytes = (values: readonly number[]): Uint8Array =>
  new Uint8Array(BigInt64Array.from(values, (value) => BigInt(value)).buffer)
const float32Bytes = (value: number): Uint8Array => new Uint8Array(Float32Array.of(value).buffer)

/** Lowers a program to ONNX. Weights stay inputs: one graph serves all layers. */
export function lower(program: Program): OnnxGraph {
  const { graph } = program
  const initializers: OnnxInitializer[] = []
  const nodes: OnnxNode[] = []
  const names = new Map<Value, string>(program.inputs.map(({ name, value }) => [value, name]))
  // An output that is computed here and wanted once is born under its own name; others are copied to it at the end.
  for (const [name, value] of program.outputs) if (!names.has(value)) names.set(value, name)
  let fresh = 0
  const constant = (type: 'int64' | 'float32', shape: readonly number[], data: Uint8Array): string => {
    const name = `constant.${fresh++}`
    initializers.push({ name, type, shape, data })
    return name
  }
  const nameOf = (value: Value): string => {
    const known = names.get(value)
    if (known !== undefined) return known
    const name = `value.${value}`
    names.set(value, name)
    return name
  }
  for (const value of program.order) {
    const { op, inputs, attributes, shape } = graph.node(value)
    nodes.push(
      ...op.toOnnx({
        inputs: inputs.map(nameOf),
        inputShapes: inputs.map((input) => graph.shape(input)),
        output: nameOf(value),
        shape,
        attributes,
        temporary: () => `temporary.${fresh++}`,
        int64: (values) => constant('int64', [values.length], int64Bytes(values)),
        float32: (number) => constant('float32', [], float32Bytes(number)),
      }),
    )
  }
  for (const [name, value] of program.outputs)
    if (nameOf(value) !== name) nodes.push({ operator: 'Identity', inputs: [nameOf(value)], outputs: [name] })
  return {
    nodes,
    initializers,
    inputs: program.inputs.map(({ name, shape, type }) => ({ name, shape, type })),
    outputs: [...program.outputs].map(([name, value]) => ({ name, type: graph.node(value).type, shape: graph.shape(value) })),
  }
}
