import type { OnnxGraph, OnnxInitializer, OnnxNode } from '../../files/onnx.ts'
import { onnxTypeOf } from '../../files/onnxTypeOf.ts'
import type { TensorLocation } from '../../files/readSafetensors.ts'
import type { Value } from './graph.ts'
import { gatherRowsOp } from './ops/gatherRows.ts'
import type { Program } from './program.ts'

const int64Bytes = (values: readonly number[]): Uint8Array =>
  new Uint8Array(BigInt64Array.from(values, (value) => BigInt(value)).buffer)
const float32Bytes = (value: number): Uint8Array => new Uint8Array(Float32Array.of(value).buffer)

/** TensorProto.DataType.FLOAT, as Cast's attribute takes it. */
const FLOAT32 = 1

/**
 * Lowers a program to ONNX. Weights stay inputs, so that one graph serves all layers, unless they are frozen.
 * @param frozen where inputs lie that are not fed: they become initializers that point into their file. 16-bit ones are widened where they are used
 */
export function lower(program: Program, frozen: ReadonlyMap<string, TensorLocation> = new Map()): OnnxGraph {
  const { graph } = program
  const initializers: OnnxInitializer[] = []
  const nodes: OnnxNode[] = []
  const names = new Map<Value, string>(program.inputs.map(({ name, value }) => [value, name]))
  // An output that is computed here and wanted once is born under its own name; others are copied to it at the end.
  for (const [name, value] of program.outputs) if (!names.has(value)) names.set(value, name)
  let fresh = 0
  const temporary = (): string => `temporary.${fresh++}`
  const constant = (type: 'int64' | 'float32', shape: readonly number[], data: Uint8Array): string => {
    const name = `constant.${fresh++}`
    initializers.push({ name, type, shape, data })
    return name
  }
  const widen = (from: string, to: string): void => {
    nodes.push({ operator: 'Cast', inputs: [from], outputs: [to], attributes: { to: FLOAT32 } })
  }

  /** Frozen values of 16 bits under the name of what is stored, while they are not widened. */
  const stored = new Map<Value, string>()
  for (const { name, value } of program.inputs) {
    const location = frozen.get(name)
    if (!location) continue
    const type = onnxTypeOf(location)
    const isWide = type === 'float32'
    const initializer = isWide ? name : `${name}.stored`
    const { shape, file, offset, byteLength } = location
    initializers.push({ name: initializer, type, shape, external: { location: file, offset, length: byteLength } })
    if (!isWide) stored.set(value, initializer)
  }
  const nameOf = (value: Value): string => {
    const name = names.get(value) ?? `value.${value}`
    names.set(value, name)
    const narrow = stored.get(value)
    if (narrow !== undefined) {
      stored.delete(value)
      widen(narrow, name)
    }
    return name
  }

  for (const value of program.order) {
    const { op, inputs, attributes, shape } = graph.node(value)
    const [first] = inputs
    // Of a table only the rows that are picked are widened, not all of it.
    const table = op === gatherRowsOp && first !== undefined ? stored.get(first) : undefined
    const output = nameOf(value)
    const rows = table === undefined ? output : temporary()
    nodes.push(
      ...op.toOnnx({
        inputs: inputs.map((each) => (each === first && table !== undefined ? table : nameOf(each))),
        inputShapes: inputs.map((each) => graph.shape(each)),
        output: rows,
        shape,
        attributes,
        temporary,
        int64: (values) => constant('int64', [values.length], int64Bytes(values)),
        float32: (number) => constant('float32', [], float32Bytes(number)),
      }),
    )
    if (rows !== output) widen(rows, output)
  }
  for (const [name, value] of program.outputs)
    if (nameOf(value) !== name) nodes.push({ operator: 'Identity', inputs: [nameOf(value)], outputs: [name] })
  return {
    nodes,
    initializers,
    inputs: program.inputs.filter(({ name }) => !frozen.has(name)).map(({ name, shape, type }) => ({ name, shape, type })),
    outputs: [...program.outputs].map(([name, value]) => ({ name, type: graph.node(value).type, shape: graph.shape(value) })),
  }
}
