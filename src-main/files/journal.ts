import { dirname } from 'node:path'
import { crc32 } from 'node:zlib'
import { TuneDeskError } from '../contract/error.ts'
import { writeFileAtomically } from './atomicFile.ts'
import { cannotWrite, exists, makeFolder, nodeFileSystem, type OpenFile, syncFolder, writeFully } from './fileSystem.ts'
import { MAX_JOURNAL } from './limits.ts'
import { createPauses } from './pauses.ts'
import { readFileCapped } from './readFile.ts'

/** One line of a journal. `crc32` is the line's own checksum. */
export type JournalEntry = Record<string, unknown> & { crc32?: never }

/** An append-only file of checksummed lines, JSONL for everybody else. One writer at a time. */
export interface Journal {
  /** What was there when it was opened; the caller checks their shape. */
  entries: unknown[]
  /** files/damaged-journal when more than a torn tail had to be cut off; then what was cut is kept in another file. */
  warning: TuneDeskError | null
  /**
   * Adds a line. It survives the end of this process at once, and of the machine after `sync`.
   * @throws TuneDeskError files/disk-full, files/cannot-write; the lines before are whole, and a later append may succeed
   */
  append(entry: JournalEntry): Promise<void>
  /** @throws TuneDeskError files/disk-full, files/cannot-write; nothing may be appended after that: what the disk has is unknown */
  sync(): Promise<void>
  close(): Promise<void>
}

/**
 * Opens a journal to go on with it, or begins one. A torn tail, as a crash leaves it, is cut off.
 * @param keep which of the entries to keep: the first one for which it says no is cut off, with all after it. So a resumed run forgets what came
 * after its checkpoint.
 * @throws TuneDeskError files/too-large, files/cannot-read, files/disk-full, files/cannot-write
 */
export async function openJournal(
  path: string,
  {
    keep = () => true,
    fileSystem = nodeFileSystem,
  }: { keep?: (entry: unknown) => boolean; fileSystem?: typeof nodeFileSystem } = {},
): Promise<Journal> {
  const isNew = !(await exists(path, fileSystem))
  const bytes = isNew ? new Uint8Array() : await readFileCapped(path, MAX_JOURNAL)
  const { lines, isTornOnly } = await parseJournal(bytes)
  const soundLength = lines.at(-1)?.end ?? 0
  const unwanted = lines.findIndex(({ entry }) => !keep(entry))
  const kept = unwanted < 0 ? lines : lines.slice(0, unwanted)
  let end = kept.at(-1)?.end ?? 0

  let warning: TuneDeskError | null = null
  let file: OpenFile
  try {
    if (!isTornOnly) {
      const aside = `${path}.damaged-at-${soundLength}`
      await writeFileAtomically(aside, bytes.subarray(soundLength), fileSystem)
      warning = new TuneDeskError('files/damaged-journal', { file: path, line: lines.length + 1, aside })
    }
    await makeFolder(dirname(path), fileSystem)
    file = await fileSystem.open(path, isNew ? 'wx' : 'r+')
  } catch (error) {
    throw cannotWrite(path, error)
  }

  /** Whether bytes may lie after `end`. */
  let needsCut = end < bytes.byteLength
  const cut = async (): Promise<void> => {
    if (needsCut) await file.truncate(end)
    needsCut = false
  }
  try {
    await cut()
    await file.sync()
    if (isNew) await syncFolder(dirname(path), fileSystem)
  } catch (error) {
    await file.close().catch(() => undefined)
    throw cannotWrite(path, error)
  }

  let failedSync: Error | null = null
  const append = async (entry: JournalEntry): Promise<void> => {
    if (failedSync !== null) throw failedSync
    const line = new TextEncoder().encode(printLine(entry))
    try {
      await cut()
      needsCut = true
      await writeFully(file, line, end)
      needsCut = false
      end += line.byteLength
    } catch (error) {
      await cut().catch(() => undefined) // tried again by the next append, and by the next opening
      throw cannotWrite(path, error)
    }
  }
  const sync = async (): Promise<void> => {
    if (failedSync !== null) throw failedSync
    try {
      await file.sync()
    } catch (error) {
      failedSync = cannotWrite(path, error)
      throw failedSync
    }
  }

  let queue: Promise<void> = Promise.resolve()
  const inTurn = (work: () => Promise<void>): Promise<void> => {
    const done = queue.then(work)
    queue = done.catch(() => undefined)
    return done
  }
  return {
    entries: kept.map(({ entry }) => entry),
    warning,
    append: (entry) => inTurn(() => append(entry)),
    sync: () => inTurn(sync),
    close: () => inTurn(() => file.close()),
  }
}

/**
 * Reads a journal that somebody else may be writing; nothing is cut.
 * @throws TuneDeskError files/too-large, files/cannot-read
 */
export async function readJournal(path: string): Promise<unknown[]> {
  const { lines } = await parseJournal(await readFileCapped(path, MAX_JOURNAL))
  return lines.map(({ entry }) => entry)
}

/**
 * Replaces a journal, which nobody has open, as a whole.
 * @throws TuneDeskError files/disk-full, files/cannot-write: then the old one is as it was
 */
export async function writeJournal(path: string, entries: Iterable<JournalEntry>, fileSystem = nodeFileSystem): Promise<void> {
  await writeFileAtomically(
    path,
    async (write) => {
      for (const entry of entries) await write(new TextEncoder().encode(printLine(entry)))
    },
    fileSystem,
  )
}

interface Line {
  entry: unknown
  /** Of its newline: bytes from the beginning of the file, the newline included. */
  end: number
}

/** The sound lines up to the first that is not, and whether what follows is no more than what a crash leaves: no sound line is in it. */
async function parseJournal(bytes: Uint8Array): Promise<{ lines: Line[]; isTornOnly: boolean }> {
  const lines: Line[] = []
  let isSound = true
  const decoder = new TextDecoder()
  const pause = createPauses()
  for (let start = 0; ;) {
    const newline = bytes.indexOf(0x0a, start)
    if (newline < 0) return { lines, isTornOnly: true }
    const entry = parseLine(decoder.decode(bytes.subarray(start, newline)))
    if (entry === undefined) isSound = false
    else if (isSound) lines.push({ entry, end: newline + 1 })
    else return { lines, isTornOnly: false }
    start = newline + 1
    await pause()
  }
}

/** The checksum is the object's last member and is taken over the object without it. */
function printLine(entry: JournalEntry): string {
  const text = JSON.stringify(entry)
  const seal = `"crc32":"${checksum(text)}"}\n`
  return text === '{}' ? `{${seal}` : `${text.slice(0, -1)},${seal}`
}

function parseLine(line: string): unknown {
  const [, body, sum] = /^(\{.*)"crc32":"([0-9a-f]{8})"\}$/s.exec(line) ?? []
  if (body === undefined) return undefined
  const text = `${body.endsWith(',') ? body.slice(0, -1) : body}}`
  return checksum(text) === sum ? (JSON.parse(text) as unknown) : undefined
}

const checksum = (text: string): string => crc32(text).toString(16).padStart(8, '0')
