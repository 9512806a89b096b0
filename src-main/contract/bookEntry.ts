import { TuneDeskError, type ErrorCode, type ErrorParameters } from './error.ts'

/** An error as the error book has it: plain data, which crosses from process to process. */
export interface BookEntry {
  code: ErrorCode
  parameters: ErrorParameters
}

/** What Node adds to an error of the operating system. */
interface SystemError extends Error {
  code?: unknown
  syscall?: unknown
  path?: unknown
  /** Of a call with two paths, such as a rename. */
  dest?: unknown
}

const READING = new Set([
  'open',
  'read',
  'stat',
  'lstat',
  'fstat',
  'statfs',
  'scandir',
  'opendir',
  'readlink',
  'realpath',
  'access',
])
const WRITING = new Set([
  'mkdir',
  'mkdtemp',
  'write',
  'rename',
  'rm',
  'rmdir',
  'unlink',
  'copyfile',
  'cp',
  'ftruncate',
  'fsync',
  'link',
  'symlink',
  'chmod',
  'utime',
])

/**
 * How the book says that the operating system refuses to read or write a file.
 * @param reason the system's code, such as `EACCES`
 */
export function refusedBySystem(reason: string, path: string, wanted: 'read' | 'write'): BookEntry {
  switch (reason) {
    case 'ENOSPC':
    case 'EDQUOT':
      return { code: 'files/disk-full', parameters: { path } }
    case 'EMFILE':
    case 'ENFILE':
      return { code: 'files/too-many-open', parameters: { path, reason } }
    // Nothing but writing is refused on a disk that can only be read.
    case 'EROFS':
      return { code: 'files/cannot-write', parameters: { path, reason } }
    default:
      return { code: wanted === 'write' ? 'files/cannot-write' : 'files/cannot-read', parameters: { path, reason } }
  }
}

/** What the operating system refuses of a file, where no lower room has put it better; null where it is about something else, such as a program. */
function fromSystem({ code, syscall, path, dest }: SystemError): BookEntry | null {
  if (typeof code !== 'string' || typeof syscall !== 'string') return null
  const isWriting = WRITING.has(syscall)
  if (!isWriting && !READING.has(syscall)) return null
  const where = [dest, path].find((given) => typeof given === 'string')
  return refusedBySystem(code, where ?? '…', isWriting ? 'write' : 'read')
}

/** Where the book has any error: a code and what fills its sentence. */
export function bookEntry(error: unknown): BookEntry {
  if (error instanceof TuneDeskError) return { code: error.code, parameters: error.parameters }
  const reason = error instanceof Error ? error.message : String(error)
  return (error instanceof Error && fromSystem(error)) || { code: 'internal/unexpected', parameters: { reason } }
}
