import { narrowToBFloat16, narrowToFloat16 } from './float16.ts'
import { IO_CHUNK } from './limits.ts'
import type { Write } from './streamFile.ts'

export type FloatType = 'F32' | 'F16' | 'BF16'

export interface TensorHead {
  name: string
  shape: readonly number[]
  /** Written as U8, whatever the type of the file's other tensors. */
  isBytes?: boolean
}
export interface TensorData extends TensorHead {
  /** Row-major, as many values as the shape says. */
  data: Float32Array | Uint8Array
}

export const elementBytes = (dtype: FloatType | 'U8'): number => ({ F32: 4, F16: 2, BF16: 2, U8: 1 })[dtype]
export const elementCount = (shape: readonly number[]): number => shape.reduce((product, dimension) => product * dimension, 1)

/**
 * Writes one safetensors file. Tensors lie in the order of `heads`; only one of them is in memory at a time.
 * @param write where the bytes go, in order
 * @param heads name and shape of every tensor, for the header, which comes first
 * @param data the same tensors, in the same order; anything else is a mistake in the program
 * @param dtype F16 and BF16 round to the nearest, ties to even
 * @param metadata transformers asks for `format: 'pt'` and reads no file without it
 */
export async function writeSafetensors(
  write: Write,
  heads: readonly TensorHead[],
  data: AsyncIterable<TensorData> | Iterable<TensorData>,
  { dtype = 'F32', metadata = { format: 'pt' } }: { dtype?: FloatType; metadata?: Record<string, string> } = {},
): Promise<void> {
  await write(safetensorsHeader(heads, dtype, metadata))
  let next = 0
  for await (const tensor of data) {
    const head = heads[next++]
    const isSame = tensor.name === head?.name && tensor.data.length === elementCount(head.shape)
    if (!isSame || tensor.data instanceof Uint8Array !== (head.isBytes ?? false))
      throw new Error(
        `safetensors: ${tensor.name} with ${tensor.data.length} values where ${head?.name ?? 'the end'} was announced`,
      )
    await writeValues(write, tensor.data, dtype)
  }
  if (next < heads.length) throw new Error(`safetensors: ${heads[next]?.name} was announced and did not come`)
}

/**
 * The length as eight bytes and the JSON, in the form of the reference implementation (safetensors/src/tensor.rs, prepare): no spaces inside,
 * metadata first, spaces at the end until the data begins at a multiple of eight.
 */
function safetensorsHeader(heads: readonly TensorHead[], dtype: FloatType, metadata: Record<string, string>): Uint8Array {
  // A list of members and not an object: that would put names that look like numbers first, and knows `__proto__`.
  const members = [`"__metadata__":${JSON.stringify(metadata)}`]
  let begin = 0
  for (const { name, shape, isBytes } of heads) {
    const own = isBytes ? 'U8' : dtype
    const end = begin + elementCount(shape) * elementBytes(own)
    members.push(`${JSON.stringify(name)}:${JSON.stringify({ dtype: own, shape, data_offsets: [begin, end] })}`)
    begin = end
  }
  const json = new TextEncoder().encode(`{${members.join(',')}}`)
  const length = Math.ceil(json.byteLength / 8) * 8
  const header = new Uint8Array(8 + length).fill(0x20)
  new DataView(header.buffer).setBigUint64(0, BigInt(length), true)
  header.set(json, 8)
  return header
}

/** Numbers lie in files as they lie in memory: little endian, on every system that Node runs on but IBM's mainframes. */
async function writeValues(write: Write, values: Float32Array | Uint8Array, dtype: FloatType): Promise<void> {
  if (dtype === 'F32' || values instanceof Uint8Array)
    return write(new Uint8Array(values.buffer, values.byteOffset, values.byteLength))
  const narrow = dtype === 'F16' ? narrowToFloat16 : narrowToBFloat16
  const halves = new Uint16Array(Math.min(values.length, IO_CHUNK / 2))
  for (let start = 0; start < values.length; start += halves.length) {
    const piece = values.subarray(start, start + halves.length)
    narrow(piece, halves)
    await write(new Uint8Array(halves.buffer, 0, piece.length * 2))
  }
}
