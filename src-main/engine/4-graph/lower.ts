import type { OnnxGraph, OnnxInitializer, OnnxNode } from '../../files/onnx.ts'
import { onnxTypeOf } from '../../files/onnxTypeOf.ts'
import type { TensorLocation } from '../../files/readSafetensors.ts'
import type { Stretch } from './elements.ts'
import type { Value } from './graph.ts'
import { gatherRowsOp } from './ops/gatherRows.ts'
import { matmulOp, stretchesOf, stretchesToOnnx, type MatmulAttributes } from './ops/matmul.ts'
import type { Program } from './program.ts'

const int64Bytes = (values: readonly number[]): Uint8Array =>
  new Uint8Array(BigInt64Array.from(values, (value) => BigInt(value)).buffer)
const float32Bytes = (value: number): Uint8Array => new Uint8Array(Float32Array.of(value).buffer)

/** TensorProto.DataType.FLOAT, as Cast's attribute takes it. */
const FLOAT32 = 1

export interface LoweredProgram extends OnnxGraph {
  /** Outputs that come in stretches of their rows, each an output of the graph under a name of its own. */
  stretches: ReadonlyMap<string, readonly (Stretch & { output: string })[]>
}

/**
 * Lowers a program to ONNX. Weights stay inputs, so that one graph serves all layers, unless they are frozen.
 * @param frozen where inputs lie that are not fed: they become initializers that point into their file. 16-bit ones are widened where they are used
 */
export function lower(program: Program, frozen: ReadonlyMap<string, TensorLocation> = new Map()): LoweredProgram {
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

  const int64 = (values: readonly number[]): string => constant('int64', [values.length], int64Bytes(values))
  const stretches = stretchesOfOutputs(program)

  for (const value of program.order) {
    const { op, inputs, attributes, shape } = graph.node(value)
    const own = stretches.get(names.get(value) ?? '')
    if (own) {
      nodes.push(...stretchesToOnnx({ inputs: inputs.map(nameOf), temporary, int64 }, own))
      continue
    }
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
        int64,
        float32: (number) => constant('float32', [], float32Bytes(number)),
      }),
    )
    if (rows !== output) widen(rows, output)
  }
  for (const [name, value] of program.outputs)
    if (!stretches.has(name) && nameOf(value) !== name)
      nodes.push({ operator: 'Identity', inputs: [nameOf(value)], outputs: [name] })
  return {
    nodes,
    initializers,
    inputs: program.inputs.filter(({ name }) => !frozen.has(name)).map(({ name, shape, type }) => ({ name, shape, type })),
    outputs: [...program.outputs].flatMap(([name, value]) => {
      const { type, shape } = graph.node(value)
      const parts = stretches.get(name)
      return parts
        ? parts.map(({ output, count }) => ({ name: output, type, shape: [count, ...shape.slice(1)] }))
        : { name, type, shape }
    }),
    stretches,
  }
}

/** Of the outputs that nothing else in the program reads. */
function stretchesOfOutputs({ graph, outputs, order }: Program): LoweredProgram['stretches'] {
  const isRead = new Set(order.flatMap((value) => graph.node(value).inputs))
  const found = new Map<string, readonly (Stretch & { output: string })[]>()
  for (const [name, value] of outputs) {
    const { op, inputs, attributes } = graph.node(value)
    const isOwn = !isRead.has(value) && [...outputs.values()].filter((other) => other === value).length === 1
    if (op.name !== matmulOp.name || !isOwn || !order.includes(value)) continue
    const stretches = stretchesOf(
      inputs.map((input) => graph.shape(input)),
      attributes as MatmulAttributes,
    )
    if (stretches)
      found.set(
        name,
        stretches.map((stretch) => ({ ...stretch, output: `${name}.rows.${stretch.start}` })),
      )
  }
  return found
}
