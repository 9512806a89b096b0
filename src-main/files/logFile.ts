import { appendFile, mkdir, readFile, rename, stat } from 'node:fs/promises'
import { join } from 'node:path'

/** A file that grows beyond this becomes the old one, and the old one before it goes. */
const MAX_LOG_BYTES = 1_000_000

const NEWEST = 'tunedesk.log'
const OLD = 'tunedesk.old.log'

/** What happened, a line each, for whoever looks for the cause of a problem. A log that cannot be written stops nothing. */
export interface LogFile {
  readonly folder: string
  write(line: string): void
  /** All that is kept, oldest first. */
  read(): Promise<string[]>
  /** When all that was written is on its way to the disk. */
  close(): Promise<void>
}

export function openLogFile(folder: string): LogFile {
  const path = join(folder, NEWEST)
  let writing: Promise<void> = mkdir(folder, { recursive: true }).then(
    () => undefined,
    () => undefined,
  )
  const textOf = (name: string): Promise<string> => readFile(join(folder, name), 'utf8').catch(() => '')
  const append = async (line: string): Promise<void> => {
    const size = (await stat(path).catch(() => null))?.size ?? 0
    if (size > MAX_LOG_BYTES) await rename(path, join(folder, OLD))
    await appendFile(path, `${line.replaceAll('\n', '\n  ')}\n`)
  }
  return {
    folder,
    write(line) {
      writing = writing.then(() => append(line)).catch(() => undefined)
    },
    async read() {
      await writing
      const text = (await textOf(OLD)) + (await textOf(NEWEST))
      return text.split('\n').filter((line) => line !== '')
    },
    close: () => writing,
  }
}
