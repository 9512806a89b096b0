import { statfs } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'

/** Bytes that this user may still write in a folder, or in the nearest one above it that exists. */
export async function freeDiskBytes(folder: string): Promise<number> {
  const path = resolve(folder)
  try {
    const { bavail, bsize } = await statfs(path)
    return bavail * bsize
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT'
    if (!missing || dirname(path) === path) throw error
    return freeDiskBytes(dirname(path))
  }
}
