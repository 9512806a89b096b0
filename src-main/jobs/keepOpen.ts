import { readdir, stat } from 'node:fs/promises'
import { isAbsolute, join, relative, resolve, sep } from 'node:path'

/** What is opened from a folder and stays open between uses. */
export interface KeptOpen<Opened> {
  /**
   * Does something with what a folder holds. It stays open afterwards, and is opened again when the folder's files have changed.
   * @throws what opening and `work` throw
   */
  use<Value>(folder: string, work: (opened: Opened) => Promise<Value>): Promise<Value>
  /** Closes what is open of a folder or below it, or all; what is in use, when it is no longer. */
  release(under: string | null): Promise<void>
}

export interface KeepOptions<Opened> {
  open(folder: string): Promise<Opened>
  close(opened: Opened): Promise<void>
  /** Names of the folder's files on which it depends. */
  dependsOn: RegExp
  /** How many stay open; the one used longest ago goes first. */
  most: number
  /** After which time without a use all are closed. */
  idleMilliseconds: number
}

interface Kept<Opened> {
  fingerprint: string
  opening: Promise<Opened>
  users: number
  /** To be closed when its last user is done. */
  isLeaving: boolean
}

export function keepOpen<Opened>({ open, close, dependsOn, most, idleMilliseconds }: KeepOptions<Opened>): KeptOpen<Opened> {
  /** By folder; the one used last stands last. */
  const kept = new Map<string, Kept<Opened>>()
  let idle: NodeJS.Timeout | undefined

  const closeIfUnused = async (entry: Kept<Opened>): Promise<void> => {
    if (entry.users > 0) return
    // Whoever asked for what could not be opened has been told.
    const opened = await entry.opening.catch(() => null)
    if (opened !== null) await close(opened)
  }
  const letGo = async (folder: string, entry: Kept<Opened>): Promise<void> => {
    if (kept.get(folder) === entry) kept.delete(folder)
    if (entry.isLeaving) return
    entry.isLeaving = true
    await closeIfUnused(entry)
  }
  const take = (folder: string, fingerprint: string): Kept<Opened> => {
    const before = kept.get(folder)
    if (before && before.fingerprint !== fingerprint) void letGo(folder, before)
    const entry = kept.get(folder) ?? { fingerprint, opening: open(folder), users: 0, isLeaving: false }
    kept.delete(folder)
    kept.set(folder, entry)
    entry.users++
    for (const [oldest, other] of [...kept].slice(0, Math.max(0, kept.size - most))) void letGo(oldest, other)
    return entry
  }

  return {
    async use(given, work) {
      const folder = resolve(given)
      const entry = take(folder, await fingerprintOf(folder, dependsOn))
      clearTimeout(idle)
      try {
        return await work(await entry.opening)
      } catch (error) {
        // What could not be opened is tried anew the next time.
        if (
          await entry.opening.then(
            () => false,
            () => true,
          )
        )
          await letGo(folder, entry)
        throw error
      } finally {
        entry.users--
        if (entry.isLeaving) await closeIfUnused(entry)
        clearTimeout(idle)
        idle = setTimeout(() => {
          for (const [path, unused] of [...kept]) if (unused.users === 0) void letGo(path, unused)
        }, idleMilliseconds).unref()
      }
    },
    async release(under) {
      for (const [folder, entry] of [...kept]) if (under === null || isIn(under, folder)) await letGo(folder, entry)
    },
  }
}

function isIn(folder: string, path: string): boolean {
  const way = relative(resolve(folder), path)
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way)
}

/** Which of a folder's files there are, how large, and when they were written. Nothing where the folder is gone: opening it says so. */
export async function fingerprintOf(folder: string, dependsOn: RegExp): Promise<string> {
  const names = (await readdir(folder).catch(() => [])).filter((name) => dependsOn.test(name)).sort()
  const described = await Promise.all(
    names.map(async (name) => {
      const found = await stat(join(folder, name)).catch(() => null)
      return [name, found?.size ?? -1, found?.mtimeMs ?? -1].join(' ')
    }),
  )
  return [folder, ...described].join('\n')
}
