import * as node from 'node:fs/promises'
import { dirname } from 'node:path'
import { refusedBySystem } from '../contract/bookEntry.ts'
import { TuneDeskError } from '../contract/error.ts'
import { reasonOf } from './readFile.ts'

/** What saving needs of a file system, and no more: tests hand in one that fails or forgets. `node:fs/promises` is the real one. */
export interface FileSystem {
  open(path: string, flags: 'r' | 'r+' | 'wx'): Promise<OpenFile>
  rename(from: string, to: string): Promise<void>
  mkdir(path: string, options: { recursive: true }): Promise<string | undefined>
  rm(path: string, options: { recursive: true; force: true }): Promise<void>
  access(path: string): Promise<void>
}

export interface OpenFile {
  /** May write fewer bytes than asked for. */
  write(bytes: Uint8Array, offset: number, length: number, position: number): Promise<{ bytesWritten: number }>
  truncate(length: number): Promise<void>
  /** Returns when the file's bytes are on the disk. */
  sync(): Promise<void>
  close(): Promise<void>
}

export const nodeFileSystem: FileSystem = node

/** Writes all of `bytes`, however few the system takes at a time. */
export async function writeFully(file: OpenFile, bytes: Uint8Array, position: number): Promise<void> {
  let done = 0
  while (done < bytes.byteLength) {
    const { bytesWritten } = await file.write(bytes, done, bytes.byteLength - done, position + done)
    if (bytesWritten === 0) throw Object.assign(new Error('nothing was written'), { code: 'EIO' })
    done += bytesWritten
  }
}

/**
 * Makes a rename or a new file of this folder last: its list of names goes to the disk. Windows has no such call for folders; NTFS keeps names
 * in a journal of its own.
 */
export async function syncFolder(path: string, fileSystem: FileSystem): Promise<void> {
  if (process.platform === 'win32') return
  const folder = await fileSystem.open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

/** Makes a folder and those above it, lastingly. */
export async function makeFolder(path: string, fileSystem: FileSystem): Promise<void> {
  const first = await fileSystem.mkdir(path, { recursive: true })
  if (first === undefined) return
  for (let made = path; made.length >= first.length; made = dirname(made)) await syncFolder(dirname(made), fileSystem)
}

export const exists = (path: string, fileSystem: FileSystem): Promise<boolean> =>
  fileSystem.access(path).then(
    () => true,
    () => false,
  )

/** The error book's word for what the system answers to a write: files/disk-full, files/too-many-open or files/cannot-write. Any other error stays as it is. */
export function cannotWrite(path: string, error: unknown): Error {
  if (!(error instanceof Error)) return new Error(String(error))
  if (error instanceof TuneDeskError || !('code' in error)) return error
  const { code, parameters } = refusedBySystem(reasonOf(error), path, 'write')
  return new TuneDeskError(code, parameters, { cause: error })
}
