import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { TuneDeskError } from '../contract/error.ts'
import { FORMAT_PREFIX, MAX_FOLDER_ENTRIES } from './limits.ts'
import { openForReading, readFully } from './readFile.ts'

/**
 * Recognises by their content the weight formats that are not safetensors, whatever the file is called.
 * @param beginning the file's first `FORMAT_PREFIX` bytes, or all of them
 * @throws TuneDeskError weights/pickle, weights/hdf5
 */
export function refuseForeignFormat(beginning: Uint8Array, file: string): void {
  const begins = (...bytes: number[]): boolean => bytes.every((byte, i) => beginning[i] === byte)
  if (begins(0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a)) throw new TuneDeskError('weights/hdf5', { file })

  // A bare pickle begins with PROTO (0x80) and its version. So does a safetensors file whose header has 640 bytes, but there zeros follow.
  const isBarePickle =
    begins(0x80) && [2, 3, 4, 5].includes(beginning[1] ?? 0) && beginning.subarray(2, 8).some((byte) => byte !== 0)
  // Since 1.6 PyTorch writes a zip whose first entry is the pickle, `<name>/data.pkl`.
  const isZippedPickle = begins(0x50, 0x4b, 0x03, 0x04) && new TextDecoder('latin1').decode(beginning).includes('/data.pkl')
  if (isBarePickle || isZippedPickle) throw new TuneDeskError('weights/pickle', { file })
}

/**
 * For a folder without safetensors: says so when its weights are there in a format that is refused.
 * @throws TuneDeskError weights/pickle, weights/hdf5
 */
export async function refuseForeignWeights(folder: string): Promise<void> {
  const entries = await readdir(folder, { withFileTypes: true })
  for (const entry of entries.slice(0, MAX_FOLDER_ENTRIES)) {
    if (!entry.isFile()) continue
    const handle = await openForReading(join(folder, entry.name))
    try {
      const beginning = new Uint8Array(FORMAT_PREFIX)
      const length = await readFully(handle, beginning, 0)
      refuseForeignFormat(beginning.subarray(0, length), entry.name)
    } finally {
      await handle.close()
    }
  }
}
