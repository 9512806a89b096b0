import { open, rm, type FileHandle } from 'node:fs/promises'
import { writeFully } from './fileSystem.ts'

/** Bytes that one process puts aside on a disk, and that nobody else ever reads. */
export interface ScratchFile {
  /** @returns where the bytes begin */
  append(bytes: Uint8Array): Promise<number>
  /** Fills `bytes` from there on. @throws where the file has fewer */
  read(bytes: Uint8Array, position: number): Promise<void>
  close(): Promise<void>
}

/**
 * Opens a new file and takes its name away at once, where the system allows it: then it is gone with the process, however that ends. Else it goes when it
 * is closed, or is replaced by the next one of that name.
 * @throws what the system says, of full disks too
 */
export async function openScratchFile(path: string): Promise<ScratchFile> {
  const remove = (): Promise<void> => rm(path, { force: true })
  await remove()
  // 'wx': a link put in its place would be followed.
  const file: FileHandle = await open(path, 'wx+')
  await remove().catch(() => undefined)
  let size = 0
  return {
    async append(bytes) {
      const position = size
      await writeFully(file, bytes, position)
      size += bytes.byteLength
      return position
    },
    async read(bytes, position) {
      let done = 0
      while (done < bytes.byteLength) {
        const { bytesRead } = await file.read(bytes, done, bytes.byteLength - done, position + done)
        if (bytesRead === 0) throw new Error('the scratch file is shorter than what was written')
        done += bytesRead
      }
    },
    async close() {
      await file.close()
      await remove().catch(() => undefined)
    },
  }
}
