import { open, stat, type FileHandle } from 'node:fs/promises'
import { basename } from 'node:path'
import { refusedBySystem } from '../contract/bookEntry.ts'
import { TuneDeskError } from '../contract/error.ts'
import { IO_CHUNK } from './limits.ts'

/**
 * Reads a whole file that cannot be larger than `limit` bytes.
 * @throws TuneDeskError files/too-large, files/cannot-read
 */
export async function readFileCapped(path: string, limit: number): Promise<Uint8Array> {
  const file = await openForReading(path)
  try {
    const { size } = await file.stat()
    if (size > limit) throw new TuneDeskError('files/too-large', { file: path, size, limit })
    const bytes = new Uint8Array(size)
    const read = await readFully(file, bytes, 0)
    return bytes.subarray(0, read)
  } catch (error) {
    throw error instanceof TuneDeskError ? error : cannotRead(path, error)
  } finally {
    await file.close()
  }
}

/**
 * Reads a whole UTF-8 text; a byte order mark is dropped.
 * @throws TuneDeskError files/too-large, files/cannot-read, files/not-text
 */
export async function readTextCapped(path: string, limit: number): Promise<string> {
  const bytes = await readFileCapped(path, limit)
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (error) {
    throw new TuneDeskError('files/not-text', { file: path }, { cause: error })
  }
}

/**
 * Reads and parses a JSON file.
 * @throws TuneDeskError files/too-large, files/cannot-read, files/not-text, files/not-json
 */
export async function readJsonCapped(path: string, limit: number): Promise<unknown> {
  const text = await readTextCapped(path, limit)
  try {
    return JSON.parse(text) as unknown
  } catch (error) {
    throw new TuneDeskError('files/not-json', { file: basename(path), detail: reasonOf(error) }, { cause: error })
  }
}

/** @throws TuneDeskError files/cannot-read, also for what is no regular file (a folder, a pipe, a device) */
export async function openForReading(path: string): Promise<FileHandle> {
  try {
    // Looked at before it is opened: opening a pipe waits for its other end.
    if (!(await stat(path)).isFile()) throw new Error('not a regular file')
    return await open(path, 'r')
  } catch (error) {
    throw cannotRead(path, error)
  }
}

/**
 * Fills `into` from `position` on. The system may hand over fewer bytes than asked for, and Node refuses to ask for 2 GiB: hence the loop.
 * @returns how many bytes were read: fewer than asked for only where the file ends
 */
export async function readFully(file: FileHandle, into: Uint8Array, position: number): Promise<number> {
  let done = 0
  while (done < into.byteLength) {
    const length = Math.min(IO_CHUNK, into.byteLength - done)
    const { bytesRead } = await file.read(into, done, length, position + done)
    if (bytesRead === 0) break
    done += bytesRead
  }
  return done
}

/** files/cannot-read, or files/too-many-open */
export function cannotRead(path: string, error: unknown): TuneDeskError {
  const { code, parameters } = refusedBySystem(reasonOf(error), path, 'read')
  return new TuneDeskError(code, parameters, { cause: error })
}

/** The system's code (`ENOENT`) where there is one: it can be looked up in any language. */
export function reasonOf(error: unknown): string {
  if (error instanceof Error) return 'code' in error && typeof error.code === 'string' ? error.code : error.message
  return String(error)
}
