import { z } from 'zod'
import { TuneDeskError } from '../contract/error.ts'
import { duplicateJsonKey } from './duplicateJsonKey.ts'
import { MAX_SAFETENSORS_HEADER, MAX_TENSOR_DIMENSIONS, MAX_TENSOR_NAME_CHARACTERS } from './limits.ts'

/** Bytes of one element; of the types that are no whole bytes only the name is known. Source: safetensors/src/tensor.rs, Dtype. */
const ELEMENT_BYTES = {
  BOOL: 1,
  U8: 1,
  I8: 1,
  F8_E5M2: 1,
  F8_E4M3: 1,
  F8_E5M2FNUZ: 1,
  F8_E4M3FNUZ: 1,
  F8_E8M0: 1,
  I16: 2,
  U16: 2,
  F16: 2,
  BF16: 2,
  I32: 4,
  U32: 4,
  F32: 4,
  C64: 8,
  F64: 8,
  I64: 8,
  U64: 8,
} as const
export type SafetensorsType = keyof typeof ELEMENT_BYTES

interface SafetensorsHeader {
  tensors: SafetensorsEntry[]
  metadata: ReadonlyMap<string, string>
}
interface SafetensorsEntry {
  name: string
  dtype: SafetensorsType
  shape: number[]
  /** Counted from the end of the header. */
  begin: number
  end: number
}

const size = z.int().min(0)
const ENTRY = z.strictObject({
  dtype: z.string(),
  shape: z.array(size).max(MAX_TENSOR_DIMENSIONS),
  data_offsets: z.tuple([size, size]),
})
const METADATA = z.record(z.string(), z.string())

/**
 * The length of the header, from a file's first eight bytes (unsigned, little endian).
 * @throws TuneDeskError weights/damaged, weights/truncated
 */
export function safetensorsHeaderLength(prefix: Uint8Array, fileSize: number, file: string): number {
  if (fileSize < 8 || prefix.byteLength < 8) throw new TuneDeskError('weights/truncated', { file, actual: fileSize, expected: 8 })
  const length = new DataView(prefix.buffer, prefix.byteOffset, 8).getBigUint64(0, true)
  if (length > MAX_SAFETENSORS_HEADER) throw damaged(file, `header of ${length} bytes, at most ${MAX_SAFETENSORS_HEADER} allowed`)
  const expected = 8 + Number(length)
  if (expected > fileSize) throw new TuneDeskError('weights/truncated', { file, actual: fileSize, expected })
  return Number(length)
}

/**
 * Parses and checks a safetensors header as strictly as the reference implementation does (safetensors/src/tensor.rs, Metadata::validate), and
 * further: no name twice, no `__proto__`.
 * @param header the bytes after the first eight
 * @param dataLength how many bytes follow the header in the file
 * @returns the tensors in the order of their data
 * @throws TuneDeskError weights/damaged, weights/truncated, weights/unsupported-type
 */
export function parseSafetensorsHeader(header: Uint8Array, dataLength: number, file: string): SafetensorsHeader {
  const { __metadata__: metadata, ...entries } = parseObject(header, file)
  const tensors = Object.entries(entries).map(([name, entry]) => parseEntry(name, entry, file))
  tensors.sort((a, b) => a.begin - b.begin || a.end - b.end)
  checkSpans(tensors, dataLength, file)
  const parsed = METADATA.safeParse(metadata ?? {})
  if (!parsed.success) throw damaged(file, '__metadata__ is not a map of texts')
  return { tensors, metadata: new Map(Object.entries(parsed.data)) }
}

function parseObject(header: Uint8Array, file: string): Record<string, unknown> {
  // The format wants '{' first and allows spaces only at the end.
  if (header[0] !== 0x7b) throw damaged(file, 'header does not begin with {')
  let text
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(header)
  } catch {
    throw damaged(file, 'header is not UTF-8')
  }
  let object
  try {
    object = JSON.parse(text) as Record<string, unknown>
  } catch {
    throw damaged(file, 'header is not JSON')
  }
  const duplicate = duplicateJsonKey(text)
  if (duplicate !== null) throw damaged(file, `${quote(duplicate)} is there twice`)
  if (Object.hasOwn(object, '__proto__')) throw damaged(file, 'a tensor named __proto__')
  return object
}

function parseEntry(name: string, value: unknown, file: string): SafetensorsEntry {
  if (name.length > MAX_TENSOR_NAME_CHARACTERS) throw damaged(file, `${quote(name)} is too long a name`)
  const parsed = ENTRY.safeParse(value)
  if (!parsed.success) throw damaged(file, `${quote(name)} is not described by dtype, shape, data_offsets`)
  const { dtype, shape, data_offsets } = parsed.data
  const [begin, end] = data_offsets
  if (!isKnownType(dtype))
    throw new TuneDeskError('weights/unsupported-type', {
      file,
      tensor: name,
      dtype: dtype.slice(0, 40),
      supported: 'F32, F16, BF16',
    })
  // A product beyond 2^53 is not exact, but far from any span: still unequal.
  const bytes = shape.reduce((product, dimension) => product * dimension, 1) * ELEMENT_BYTES[dtype]
  if (end - begin !== bytes)
    throw damaged(file, `${quote(name)}: ${dtype} [${shape.join(', ')}] does not take ${end - begin} bytes`)
  return { name, dtype, shape, begin, end }
}

function checkSpans(tensors: SafetensorsEntry[], dataLength: number, file: string): void {
  let position = 0
  for (const { name, begin, end } of tensors) {
    if (begin !== position)
      throw damaged(file, `${quote(name)} ${begin < position ? 'overlaps another tensor' : 'follows a hole'}`)
    position = end
  }
  if (position > dataLength) throw new TuneDeskError('weights/truncated', { file, actual: dataLength, expected: position })
  if (position < dataLength) throw damaged(file, `${dataLength - position} bytes after the last tensor`)
}

const isKnownType = (dtype: string): dtype is SafetensorsType => Object.hasOwn(ELEMENT_BYTES, dtype)
const quote = (name: string): string => JSON.stringify(name.length > 100 ? `${name.slice(0, 100)}…` : name)
const damaged = (file: string, detail: string): TuneDeskError => new TuneDeskError('weights/damaged', { file, detail })
