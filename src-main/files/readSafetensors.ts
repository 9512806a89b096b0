import type { FileHandle } from 'node:fs/promises'
import { basename } from 'node:path'
import { TuneDeskError } from '../contract/error.ts'
import { widenBFloat16, widenFloat16 } from './float16.ts'
import { FORMAT_PREFIX, IO_CHUNK } from './limits.ts'
import { openForReading, readFully } from './readFile.ts'
import { refuseForeignFormat } from './refuseForeignFormat.ts'
import { parseSafetensorsHeader, safetensorsHeaderLength, type SafetensorsType } from './safetensorsHeader.ts'

/** Where a tensor's bytes lie. */
export interface TensorLocation {
  name: string
  dtype: SafetensorsType
  shape: number[]
  /** Its file, relative to the folder of the weights, `/` between the parts. */
  file: string
  /** Of its first byte, from the beginning of the file. */
  offset: number
  byteLength: number
}

export interface SafetensorsFile {
  tensors: ReadonlyMap<string, TensorLocation>
  metadata: ReadonlyMap<string, string>
  read(tensor: TensorLocation, into?: Float32Array): Promise<Float32Array>
  /** A tensor of type U8. */
  readBytes(tensor: TensorLocation): Promise<Uint8Array>
  close(): Promise<void>
}

/**
 * Opens one safetensors file and checks its header.
 * @param path the real path
 * @param file how its tensors' locations name it
 * @throws TuneDeskError weights/pickle, weights/hdf5, weights/truncated, weights/damaged, weights/unsupported-type, files/cannot-read
 */
export async function openSafetensors(path: string, file: string = basename(path)): Promise<SafetensorsFile> {
  const handle = await openForReading(path)
  try {
    const { size } = await handle.stat()
    const prefix = new Uint8Array(FORMAT_PREFIX)
    const beginning = prefix.subarray(0, await readFully(handle, prefix, 0))
    refuseForeignFormat(beginning, file)
    const headerLength = safetensorsHeaderLength(beginning, size, file)
    const header = new Uint8Array(headerLength)
    await readExactly(handle, header, 8, file)
    const dataStart = 8 + headerLength
    const { tensors, metadata } = parseSafetensorsHeader(header, size - dataStart, file)
    return {
      tensors: new Map(
        tensors.map(({ name, dtype, shape, begin, end }) => [
          name,
          { name, dtype, shape, file, offset: dataStart + begin, byteLength: end - begin },
        ]),
      ),
      metadata,
      read: (tensor, into) => readTensor(handle, tensor, into),
      readBytes: (tensor) => readBytes(handle, tensor),
      close: () => handle.close(),
    }
  } catch (error) {
    await handle.close()
    throw error
  }
}

/**
 * Reads one tensor as float32, row-major. F16 and BF16 become the same numbers; other types are refused.
 * @param into where to put it; as many elements as the tensor has
 */
async function readTensor(handle: FileHandle, tensor: TensorLocation, into?: Float32Array): Promise<Float32Array> {
  const { name, dtype, shape, file, offset, byteLength } = tensor
  const elements = shape.reduce((product, dimension) => product * dimension, 1)
  if (into && into.length !== elements)
    throw new RangeError(`${name} has ${elements} elements, the array given has ${into.length}`)

  if (dtype === 'F32') {
    const values = into ?? new Float32Array(elements)
    await readExactly(handle, new Uint8Array(values.buffer, values.byteOffset, byteLength), offset, file)
    return values
  }
  if (dtype !== 'F16' && dtype !== 'BF16')
    throw new TuneDeskError('weights/unsupported-type', { file, tensor: name, dtype, supported: 'F32, F16, BF16' })

  const values = into ?? new Float32Array(elements)
  const widen = dtype === 'F16' ? widenFloat16 : widenBFloat16
  const halves = new Uint16Array(Math.min(elements, IO_CHUNK / 2))
  for (let start = 0; start < elements; start += halves.length) {
    const piece = halves.subarray(0, Math.min(halves.length, elements - start))
    await readExactly(handle, new Uint8Array(piece.buffer, 0, piece.byteLength), offset + start * 2, file)
    widen(piece, values.subarray(start, start + piece.length))
  }
  return values
}

async function readBytes(handle: FileHandle, { name, dtype, file, offset, byteLength }: TensorLocation): Promise<Uint8Array> {
  if (dtype !== 'U8') throw new TuneDeskError('weights/unsupported-type', { file, tensor: name, dtype, supported: 'U8' })
  const bytes = new Uint8Array(byteLength)
  await readExactly(handle, bytes, offset, file)
  return bytes
}

/** The file was long enough when it was opened; it may have been cut since. */
async function readExactly(handle: FileHandle, into: Uint8Array, position: number, file: string): Promise<void> {
  const read = await readFully(handle, into, position)
  if (read < into.byteLength)
    throw new TuneDeskError('weights/truncated', { file, actual: position + read, expected: position + into.byteLength })
}
