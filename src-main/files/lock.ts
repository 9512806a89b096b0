import { createHash } from 'node:crypto'
import { constants, mkdir, open, realpath } from 'node:fs/promises'
import { createServer } from 'node:net'
import { homedir } from 'node:os'
import { basename, dirname, join, resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

/** A folder that this process alone may change until it lets go of it, or dies. */
export interface FolderLock {
  release(): Promise<void>
}

/** open(2) on macOS: the file is locked as it is opened. Node has no name for it. */
const O_EXLOCK = 0x20
const RETRY_MILLISECONDS = 50

/**
 * Takes a folder for this process, whether or not the folder is there yet. The system itself holds the lock and drops it in the instant in which
 * the process is gone, however it ended: there is no stale lock to recognise and none to take over. It is told by the folder's real path, so
 * a link leads to the same lock; it binds the programs of one computer.
 * @param patience milliseconds to wait for a holder that may be about to end
 * @returns null where somebody else, or this process itself, has it
 */
export async function lockFolder(folder: string, patience = 0): Promise<FolderLock | null> {
  const name = `tunedesk-${createHash('sha256')
    .update(await realPath(folder))
    .digest('hex')
    .slice(0, 32)}`
  const take = process.platform === 'linux' || process.platform === 'win32' ? takeName : takeFile
  const until = Date.now() + patience
  for (;;) {
    const lock = await take(name)
    if (lock || Date.now() >= until) return lock
    await delay(RETRY_MILLISECONDS)
  }
}

/** A name among the system's sockets, of which only one process is the server: a named pipe of Windows, an abstract socket of Linux. */
function takeName(name: string): Promise<FolderLock | null> {
  const path = process.platform === 'win32' ? `\\\\.\\pipe\\${name}` : `\0${name}`
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy())
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(null)
      else reject(error)
    })
    server.listen(path, () => {
      server.unref()
      resolve({ release: () => new Promise((released) => server.close(() => released())) })
    })
  })
}

/** A file of macOS that is opened under an exclusive lock. It stays, empty: to remove it would take it from under somebody else's lock. */
async function takeFile(name: string): Promise<FolderLock | null> {
  const locks = join(homedir(), 'Library', 'Caches', 'tunedesk', 'locks')
  await mkdir(locks, { recursive: true })
  try {
    const file = await open(join(locks, name), constants.O_CREAT | constants.O_RDONLY | constants.O_NONBLOCK | O_EXLOCK)
    return { release: () => file.close() }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return null
    throw error
  }
}

/** The path without links, as far as it is there. */
async function realPath(path: string): Promise<string> {
  const absolute = resolve(path)
  try {
    return await realpath(absolute)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || dirname(absolute) === absolute) throw error
    return join(await realPath(dirname(absolute)), basename(absolute))
  }
}
