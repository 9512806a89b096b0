/**
 * Writes ONNX models: the protobuf wire format of the few messages that a graph without weights needs.
 * Field numbers are those of onnx/onnx.proto (ONNX IR version 10); the wire format is protobuf.dev/programming-guides/encoding.
 */
export type OnnxType = 'float32' | 'uint8' | 'int8' | 'int32' | 'int64' | 'bool' | 'float16' | 'float64' | 'bfloat16'

/** TensorProto.DataType */
const DATA_TYPE: Record<OnnxType, number> = {
  float32: 1,
  uint8: 2,
  int8: 3,
  int32: 6,
  int64: 7,
  bool: 9,
  float16: 10,
  float64: 11,
  bfloat16: 16,
}

/** AttributeProto.AttributeType */
const ATTRIBUTE_FLOAT = 1
const ATTRIBUTE_INT = 2
const ATTRIBUTE_STRING = 3
const ATTRIBUTE_INTS = 7

const IR_VERSION = 10
const OPSET = 21
/** onnxruntime's own operators: FusedMatMul, QuickGelu, RotaryEmbedding, GroupQueryAttention … */
export const MICROSOFT = 'com.microsoft'

/** A plain number is an int attribute; `{ float: x }` a float. */
export type OnnxAttribute = number | { float: number } | string | readonly number[]

export interface OnnxNode {
  operator: string
  inputs: string[]
  outputs: string[]
  attributes?: Record<string, OnnxAttribute>
  domain?: string
}

export interface OnnxValue {
  name: string
  type: OnnxType
  /** A string is a symbolic dimension. */
  shape: readonly (number | string)[]
}

/** A sequence of tensors of that type, of any shapes. */
export interface OnnxSequence {
  name: string
  sequenceOf: OnnxType
}

/** A tensor within the graph: its bytes (little endian), or where they lie in another file. */
export type OnnxInitializer = OnnxValueHead &
  ({ data: Uint8Array } | { external: { location: string; offset: number; length: number } })
interface OnnxValueHead {
  name: string
  type: OnnxType
  shape: readonly number[]
}

export interface OnnxGraph {
  nodes: OnnxNode[]
  inputs: OnnxValue[]
  outputs: (OnnxValue | OnnxSequence)[]
  initializers: OnnxInitializer[]
}

const VARINT = 0
const LENGTH_DELIMITED = 2
const FIXED32 = 5
const encoder = new TextEncoder()

class Message {
  private readonly chunks: Uint8Array[] = []
  private length = 0

  private push(chunk: Uint8Array): this {
    this.chunks.push(chunk)
    this.length += chunk.length
    return this
  }

  private varint(value: number | bigint): this {
    const bytes: number[] = []
    let rest = BigInt.asUintN(64, BigInt(value))
    do {
      const low = Number(rest & 127n)
      rest >>= 7n
      bytes.push(rest ? low | 128 : low)
    } while (rest)
    return this.push(Uint8Array.from(bytes))
  }

  private key(field: number, wireType: number): this {
    return this.varint((field << 3) | wireType)
  }

  int(field: number, value: number): this {
    return this.key(field, VARINT).varint(value)
  }

  float(field: number, value: number): this {
    const bytes = new Uint8Array(4)
    new DataView(bytes.buffer).setFloat32(0, value, true)
    return this.key(field, FIXED32).push(bytes)
  }

  bytes(field: number, value: Uint8Array): this {
    return this.key(field, LENGTH_DELIMITED).varint(value.length).push(value)
  }

  string(field: number, value: string): this {
    return this.bytes(field, encoder.encode(value))
  }

  message(field: number, value: Message): this {
    return this.bytes(field, value.finish())
  }

  finish(): Uint8Array {
    const all = new Uint8Array(this.length)
    let at = 0
    for (const chunk of this.chunks) {
      all.set(chunk, at)
      at += chunk.length
    }
    return all
  }
}

function attribute(name: string, value: OnnxAttribute): Message {
  const message = new Message().string(1, name)
  if (typeof value === 'number') return message.int(3, value).int(20, ATTRIBUTE_INT)
  if (typeof value === 'string') return message.string(4, value).int(20, ATTRIBUTE_STRING)
  if ('float' in value) return message.float(2, value.float).int(20, ATTRIBUTE_FLOAT)
  for (const each of value) message.int(8, each)
  return message.int(20, ATTRIBUTE_INTS)
}

function node({ operator, inputs, outputs, attributes = {}, domain }: OnnxNode): Message {
  const message = new Message()
  for (const input of inputs) message.string(1, input)
  for (const output of outputs) message.string(2, output)
  message.string(4, operator)
  for (const [name, value] of Object.entries(attributes)) message.message(5, attribute(name, value))
  return domain ? message.string(7, domain) : message
}

function initializer(tensor: OnnxInitializer): Message {
  const message = new Message()
  for (const dimension of tensor.shape) message.int(1, dimension)
  message.int(2, DATA_TYPE[tensor.type]).string(8, tensor.name)
  if ('data' in tensor) return message.bytes(9, tensor.data)
  for (const [key, value] of Object.entries(tensor.external))
    message.message(13, new Message().string(1, key).string(2, String(value)))
  return message.int(14, 1) // data_location: EXTERNAL
}

function value(described: OnnxValue | OnnxSequence): Message {
  const message = new Message().string(1, described.name)
  if ('sequenceOf' in described) {
    const element = new Message().message(1, new Message().int(1, DATA_TYPE[described.sequenceOf]))
    return message.message(2, new Message().message(4, new Message().message(1, element)))
  }
  const dimensions = new Message()
  for (const dimension of described.shape)
    dimensions.message(1, typeof dimension === 'string' ? new Message().string(2, dimension) : new Message().int(1, dimension))
  const tensorType = new Message().int(1, DATA_TYPE[described.type]).message(2, dimensions)
  return message.message(2, new Message().message(1, tensorType))
}

/** An ONNX ModelProto of one graph, opset 21 and onnxruntime's domain. */
export function encodeOnnx(graph: OnnxGraph): Uint8Array {
  const body = new Message()
  for (const each of graph.nodes) body.message(1, node(each))
  body.string(2, 'tunedesk')
  for (const each of graph.initializers) body.message(5, initializer(each))
  for (const each of graph.inputs) body.message(11, value(each))
  for (const each of graph.outputs) body.message(12, value(each))
  const opset = (domain: string, version: number): Message => new Message().string(1, domain).int(2, version)
  return new Message().int(1, IR_VERSION).message(7, body).message(8, opset('', OPSET)).message(8, opset(MICROSOFT, 1)).finish()
}
