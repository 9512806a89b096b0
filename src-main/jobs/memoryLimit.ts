import { readFile } from 'node:fs/promises'
import { freemem, totalmem } from 'node:os'
import { posix } from 'node:path'

/** Bytes. */
export interface MemoryLimit {
  /** That this process may still take beside what it holds. */
  available: number
  /** That it could hold at most, were everything else closed. */
  total: number
}

/** What a limit is read from; another one in tests. */
export interface MemorySources {
  platform: NodeJS.Platform
  /** The computer's memory: what is free of it, caches that the system gives up included, and all of it. */
  physical: { free: number; total: number }
  /** A file of the system; null where there is none. */
  read(path: string): Promise<string | null>
}

const thisComputer = (): MemorySources => ({
  platform: process.platform,
  physical: { free: freemem(), total: totalmem() },
  read: (path) => readFile(path, 'utf8').catch(() => null),
})

/**
 * The memory that the system gives this process: the computer's, unless a container (cgroup v1 or v2) or the process's own limits (`ulimit -v`,
 * `ulimit -d`) give less. Node's own figures know neither those limits nor that a container's file cache is given up when memory is needed.
 */
export async function memoryLimit(sources = thisComputer()): Promise<MemoryLimit> {
  const { platform, physical } = sources
  // macOS counts its caches as used, and moves what is idle to the disk rather than end a program: free says nothing there.
  const computer = { available: platform === 'darwin' ? physical.total : physical.free, total: physical.total }
  if (platform !== 'linux') return computer
  const limits = [computer, ...(await groupLimits(sources)), ...(await processLimits(sources))]
  return {
    available: Math.max(0, Math.min(...limits.map(({ available }) => available))),
    total: Math.min(...limits.map(({ total }) => total)),
  }
}

/** Where the limits of control groups are, and how their files are called (kernel.org, admin-guide/cgroup-v2 and cgroup-v1/memory). */
const HIERARCHIES = [
  {
    line: /^0::(.*)$/m,
    root: '/sys/fs/cgroup',
    limits: ['memory.max', 'memory.high'],
    usage: 'memory.current',
    cache: /^(?:in)?active_file (\d+)$/gm,
  },
  {
    line: /^\d+:(?:\w+,)*memory(?:,\w+)*:(.*)$/m,
    root: '/sys/fs/cgroup/memory',
    limits: ['memory.limit_in_bytes'],
    usage: 'memory.usage_in_bytes',
    cache: /^total_(?:in)?active_file (\d+)$/gm,
  },
]

/** Of the group that the process is in, and of every group around it. In a container these may lie at the root instead. */
async function groupLimits({ read }: MemorySources): Promise<MemoryLimit[]> {
  const groups = (await read('/proc/self/cgroup')) ?? ''
  const limits: MemoryLimit[] = []
  for (const { line, root, limits: names, usage, cache } of HIERARCHIES) {
    let group: string | null = line.exec(groups)?.[1] ?? null
    while (group !== null) {
      const folder: string = posix.join(root, group)
      const used = bytesIn(await read(posix.join(folder, usage)))
      const given = Math.min(...(await Promise.all(names.map(async (name) => bytesIn(await read(posix.join(folder, name)))))))
      if (Number.isFinite(given) && Number.isFinite(used)) {
        const stat = (await read(posix.join(folder, 'memory.stat'))) ?? ''
        const reclaimable = [...stat.matchAll(cache)].reduce((sum, [, bytes]) => sum + Number(bytes), 0)
        limits.push({ available: given - Math.max(0, used - reclaimable), total: given })
      }
      group = group === '/' || group === '' ? null : posix.dirname(group)
    }
  }
  return limits
}

/** Threads' stacks and heaps count against a process's own limits, though hardly any of it is ever touched. Measured. */
const UNTOUCHED = 400e6

/** Of this process alone: its address space and its own data, as far as there are limits. */
async function processLimits({ read }: MemorySources): Promise<MemoryLimit[]> {
  const limits = (await read('/proc/self/limits')) ?? ''
  const status = (await read('/proc/self/status')) ?? ''
  return [
    { limit: 'Max address space', held: 'VmSize' },
    { limit: 'Max data size', held: 'VmData' },
  ].flatMap(({ limit, held }) => {
    const total = bytesIn(new RegExp(`^${limit} +(\\d+)`, 'm').exec(limits)?.[1])
    const taken = 1024 * bytesIn(new RegExp(`^${held}:\\s+(\\d+) kB`, 'm').exec(status)?.[1])
    return Number.isFinite(total) && Number.isFinite(taken) ? [{ available: total - taken - UNTOUCHED, total }] : []
  })
}

/** Infinity where there is no number: 'max', or no such file. */
function bytesIn(text: string | null | undefined): number {
  const value = Number.parseInt(text ?? '', 10)
  return Number.isNaN(value) ? Infinity : value
}
