import { createHash } from 'node:crypto'
import type { FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import { openForReading, readFully } from './readFile.ts'
import { openWeights } from './safetensors.ts'

/** Bytes that are looked at in the beginning, the middle and the end of each tensor. */
const SAMPLE_BYTES = 4096

/**
 * A checksum that tells a model's weights from others in the time that it takes to open them: names, types and shapes of all tensors, and of each
 * tensor three pieces of its bytes. Every training moves each of the tensors that it trains nearly everywhere. How tensors are spread over files
 * makes no difference.
 * @returns SHA-256, hexadecimal
 * @throws TuneDeskError weights/… and files/… as `openWeights`
 */
export async function weightsFingerprint(folder: string): Promise<string> {
  const { folder: root, tensors, close } = await openWeights(folder)
  await close()
  const hash = createHash('sha256')
  const files = new Map<string, FileHandle>()
  const piece = new Uint8Array(SAMPLE_BYTES)
  try {
    for (const { name, dtype, shape, file, offset, byteLength } of [...tensors.values()].sort(byName)) {
      const handle = files.get(file) ?? (await openForReading(join(root, file)))
      files.set(file, handle)
      hash.update(JSON.stringify([name, dtype, shape]))
      const last = Math.max(0, byteLength - SAMPLE_BYTES)
      for (const start of new Set([0, Math.floor(last / 2), last])) {
        const length = Math.min(SAMPLE_BYTES, byteLength - start)
        hash.update(piece.subarray(0, await readFully(handle, piece.subarray(0, length), offset + start)))
      }
    }
  } finally {
    await Promise.all([...files.values()].map((handle) => handle.close()))
  }
  return hash.digest('hex')
}

const byName = (a: { name: string }, b: { name: string }): number => (a.name < b.name ? -1 : 1)
