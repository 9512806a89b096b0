import { promisify } from 'node:util'
import { inflateRaw } from 'node:zlib'
import { TuneDeskError } from '../../../contract/error.ts'
import { MAX_UNSUSPICIOUS_BYTES, MAX_WORKBOOK_BYTES, MAX_ZIP_ENTRIES, MAX_ZIP_RATIO } from '../limits.ts'

const inflate = promisify(inflateRaw)

interface ZipEntry {
  name: string
  method: number
  packed: number
  unpacked: number
  offset: number
}

const END_SIGNATURE = 0x06054b50
const CENTRAL_SIGNATURE = 0x02014b50
const LOCAL_SIGNATURE = 0x04034b50
const END_SIZE = 22
const LONGEST_COMMENT = 0xffff
const STORED = 0
const DEFLATED = 8

/**
 * Makes sure of a zip before anything unpacks it: that its parts are few, that unpacked they stay within bounds, and that each really has the
 * size that it claims, for which it is unpacked once with that size as the limit.
 * @returns the names of its parts
 * @throws TuneDeskError dataset/damaged, dataset/zip-bomb
 */
export async function checkZip(file: string, bytes: Uint8Array): Promise<string[]> {
  const entries = readDirectory(file, bytes)
  const total = entries.reduce((sum, { unpacked }) => sum + unpacked, 0)
  const isBomb = total > MAX_WORKBOOK_BYTES || (total > MAX_UNSUSPICIOUS_BYTES && total > bytes.length * MAX_ZIP_RATIO)
  if (isBomb) throw new TuneDeskError('dataset/zip-bomb', { file, size: total, limit: MAX_WORKBOOK_BYTES })
  for (const entry of entries) await checkEntry(file, bytes, entry)
  return entries.map(({ name }) => name)
}

/** The table of contents at the file's end (APPNOTE.TXT 4.3.12, 4.3.16). Zip64, for files of 4 GB, and several disks are not read. */
function readDirectory(file: string, bytes: Uint8Array): ZipEntry[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const damaged = (detail: string): TuneDeskError => new TuneDeskError('dataset/damaged', { file, detail })
  let end = bytes.length - END_SIZE
  while (end >= 0 && end >= bytes.length - END_SIZE - LONGEST_COMMENT && view.getUint32(end, true) !== END_SIGNATURE) end--
  if (end < 0 || view.getUint32(end, true) !== END_SIGNATURE) throw damaged('end of central directory')
  const count = view.getUint16(end + 10, true)
  if (count > MAX_ZIP_ENTRIES) throw new TuneDeskError('dataset/zip-bomb', { file, size: count, limit: MAX_ZIP_ENTRIES })
  const entries: ZipEntry[] = []
  let at = view.getUint32(end + 16, true)
  for (let i = 0; i < count; i++) {
    if (at + 46 > end || view.getUint32(at, true) !== CENTRAL_SIGNATURE) throw damaged('central directory')
    const nameLength = view.getUint16(at + 28, true)
    entries.push({
      name: new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + nameLength)),
      method: view.getUint16(at + 10, true),
      packed: view.getUint32(at + 20, true),
      unpacked: view.getUint32(at + 24, true),
      offset: view.getUint32(at + 42, true),
    })
    at += 46 + nameLength + view.getUint16(at + 30, true) + view.getUint16(at + 32, true)
  }
  return entries
}

async function checkEntry(file: string, bytes: Uint8Array, { name, method, packed, unpacked, offset }: ZipEntry): Promise<void> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const damaged = (): TuneDeskError => new TuneDeskError('dataset/damaged', { file, detail: name })
  if (offset + 30 > bytes.length || view.getUint32(offset, true) !== LOCAL_SIGNATURE) throw damaged()
  const start = offset + 30 + view.getUint16(offset + 26, true) + view.getUint16(offset + 28, true)
  if (start + packed > bytes.length) throw damaged()
  if (method === STORED && packed === unpacked) return
  if (method !== DEFLATED) throw damaged()
  try {
    // A limit of 0 would mean none.
    const content = await inflate(bytes.subarray(start, start + packed), { maxOutputLength: unpacked + 1 })
    if (content.length !== unpacked) throw damaged()
  } catch (error) {
    if (error instanceof TuneDeskError) throw error
    const isTooLarge = error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE'
    throw isTooLarge
      ? new TuneDeskError('dataset/zip-bomb', { file, size: unpacked, limit: unpacked }, { cause: error })
      : damaged()
  }
}
