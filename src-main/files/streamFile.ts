import { createHash } from 'node:crypto'
import { type FileSystem, writeFully } from './fileSystem.ts'
import { IO_CHUNK } from './limits.ts'

/** Appends bytes to the file that is being written. They may change once the promise resolves. */
export type Write = (bytes: Uint8Array) => Promise<void>

/** What a file shall contain: all of it, or a function that hands over one piece after another. */
export type FileContent = string | Uint8Array | ((write: Write) => Promise<void>)

export interface FileDigest {
  size: number
  /** In hexadecimal. */
  sha256: string
}

/** Writes a new file and returns when its bytes are on the disk. A file of that name is replaced; after an error part of it may be there. */
export async function streamFile(path: string, content: FileContent, fileSystem: FileSystem): Promise<FileDigest> {
  await fileSystem.rm(path, { recursive: true, force: true })
  // 'wx' and not 'w': a link put in its place would be followed.
  const file = await fileSystem.open(path, 'wx')
  const hash = createHash('sha256')
  let size = 0
  const write: Write = async (bytes) => {
    for (let start = 0; start < bytes.byteLength; start += IO_CHUNK) {
      const piece = bytes.subarray(start, start + IO_CHUNK)
      // The file is written by another thread.
      const written = writeFully(file, piece, size)
      hash.update(piece)
      await written
      size += piece.byteLength
    }
  }
  try {
    if (typeof content === 'function') await content(write)
    else await write(typeof content === 'string' ? new TextEncoder().encode(content) : content)
    await file.sync()
  } catch (error) {
    await file.close().catch(() => undefined) // the first error is the one to tell
    throw error
  }
  await file.close()
  return { size, sha256: hash.digest('hex') }
}
