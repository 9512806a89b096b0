import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import type { FileSystem, OpenFile } from '../../src-main/files/fileSystem.ts'

/** A stand-in for the real file system whose `failAt`-th call (from 1) fails with `code`. `calls` counts; 0 never fails. */
export function failingFileSystem(real: FileSystem, failAt: number, code: string): FileSystem & { calls: number } {
  const step = async <T>(work: () => Promise<T>): Promise<T> => {
    if (++counter.calls === failAt) throw Object.assign(new Error(`${code}: injected`), { code })
    return work()
  }
  const counter: FileSystem & { calls: number } = {
    calls: 0,
    open: async (path, flags) => {
      const file = await step(() => real.open(path, flags))
      return {
        write: (bytes, offset, length, position) => step(() => file.write(bytes, offset, length, position)),
        truncate: (length) => step(() => file.truncate(length)),
        sync: () => step(() => file.sync()),
        close: () => file.close(),
      }
    },
    rename: (from, to) => step(() => real.rename(from, to)),
    mkdir: (path, options) => step(() => real.mkdir(path, options)),
    rm: (path, options) => step(() => real.rm(path, options)),
    access: (path) => real.access(path),
  }
  return counter
}

/** One that never takes more than `most` bytes at a time. */
export function shortWritingFileSystem(real: FileSystem, most: number): FileSystem {
  return {
    ...real,
    open: async (path, flags) => {
      const file = await real.open(path, flags)
      return {
        write: (bytes, offset, length, position) => file.write(bytes, offset, Math.min(length, most), position),
        truncate: (length) => file.truncate(length),
        sync: () => file.sync(),
        close: () => file.close(),
      }
    },
  }
}

type Names = Map<string, Node>
type Node = FileNode | FolderNode
interface FileNode {
  kind: 'file'
  now: Uint8Array
  onDisk: Uint8Array
}
interface FolderNode {
  kind: 'folder'
  now: Names
  onDisk: Names
  /** What was done to `now` since the last sync. */
  unsynced: ((names: Names) => void)[]
}

/**
 * A disk in memory that forgets: bytes and names reach it only by `sync`. When the machine dies, each file has the bytes of its last sync, those
 * written since, or some of them; of what was done to a folder's names since its last sync any part was done. A rename is done whole or not at all, as
 * every journaling file system promises.
 */
export function forgetfulDisk(): {
  fileSystem: FileSystem
  /** Writes down, below a real folder, what the disk has when the machine dies now. */
  dieInto: (folder: string, chance: () => boolean) => Promise<void>
} {
  const newFolder = (): FolderNode => ({ kind: 'folder', now: new Map(), onDisk: new Map(), unsynced: [] })
  const root = newFolder()
  const split = (path: string): string[] => resolve('/', path).split('/').filter(Boolean)
  const failure = (code: string, path: string): Error => Object.assign(new Error(`${code}: ${path}`), { code })
  const find = (path: string): Node | undefined =>
    split(path).reduce<Node | undefined>((node, name) => (node?.kind === 'folder' ? node.now.get(name) : undefined), root)
  const change = (path: string, work: (names: Names) => void): void => {
    const folder = find(dirname(resolve('/', path)))
    if (folder?.kind !== 'folder') throw failure('ENOENT', path)
    work(folder.now)
    folder.unsynced.push(work)
  }
  const nameOf = (path: string): string => split(path).at(-1) ?? ''

  const handle = (node: Node): OpenFile => ({
    write: (bytes, offset, length, position) => {
      if (node.kind === 'folder') return Promise.reject(failure('EISDIR', ''))
      const next = new Uint8Array(Math.max(node.now.length, position + length))
      next.set(node.now)
      next.set(bytes.subarray(offset, offset + length), position)
      node.now = next
      return Promise.resolve({ bytesWritten: length })
    },
    truncate: (length) => {
      if (node.kind === 'file') node.now = node.now.slice(0, length)
      return Promise.resolve()
    },
    sync: () => {
      if (node.kind === 'file') node.onDisk = node.now
      else {
        node.onDisk = new Map(node.now)
        node.unsynced = []
      }
      return Promise.resolve()
    },
    close: () => Promise.resolve(),
  })

  const fileSystem: FileSystem = {
    open: (path, flags) => {
      const found = find(path)
      if (flags === 'wx') {
        if (found) return Promise.reject(failure('EEXIST', path))
        const node: Node = { kind: 'file', now: new Uint8Array(), onDisk: new Uint8Array() }
        change(path, (names) => names.set(nameOf(path), node))
        return Promise.resolve(handle(node))
      }
      return found ? Promise.resolve(handle(found)) : Promise.reject(failure('ENOENT', path))
    },
    rename: (from, to) => {
      const node = find(from)
      const target = find(to)
      if (!node) return Promise.reject(failure('ENOENT', from))
      if (target?.kind === 'folder' && target.now.size > 0) return Promise.reject(failure('ENOTEMPTY', to))
      // Every rename of this code is within one folder.
      change(to, (names) => {
        if (names.get(nameOf(from)) !== node) return
        names.delete(nameOf(from))
        names.set(nameOf(to), node)
      })
      return Promise.resolve()
    },
    mkdir: (path) => {
      let first: string | undefined
      let at = ''
      for (const name of split(path)) {
        at = `${at}/${name}`
        if (find(at)) continue
        const folder = newFolder()
        change(at, (names) => names.set(name, folder))
        first ??= at
      }
      return Promise.resolve(first)
    },
    rm: (path) => {
      const node = find(path)
      if (node) change(path, (names) => names.get(nameOf(path)) === node && names.delete(nameOf(path)))
      return Promise.resolve()
    },
    access: (path) => (find(path) ? Promise.resolve() : Promise.reject(failure('ENOENT', path))),
  }

  const materialise = async (node: Node, path: string, chance: () => boolean): Promise<void> => {
    if (node.kind === 'file') {
      const torn = node.now.subarray(0, Math.floor((node.onDisk.length + node.now.length) / 2))
      return writeFile(path, node.now === node.onDisk || chance() ? node.onDisk : chance() ? node.now : torn)
    }
    await mkdir(path, { recursive: true })
    const names = new Map(node.onDisk)
    for (const work of node.unsynced) if (chance()) work(names)
    for (const [name, child] of names) await materialise(child, join(path, name), chance)
  }
  return { fileSystem, dieInto: (folder, chance) => materialise(root, folder, chance) }
}
