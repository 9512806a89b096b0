import { describe, expect, it } from 'vitest'
import { memoryLimit, type MemorySources } from '../../../src-main/jobs/memoryLimit.ts'

const physical = { free: 12e9, total: 16e9 }
const computer = (files: Record<string, string>, platform: NodeJS.Platform = 'linux'): MemorySources => ({
  platform,
  physical,
  read: (path) => Promise.resolve(files[path] ?? null),
})

describe('the memory that the system gives', () => {
  it('is what is free of the computer’s, where nothing else is said', async () => {
    expect(await memoryLimit(computer({}))).toEqual({ available: 12e9, total: 16e9 })
    expect(await memoryLimit(computer({}, 'win32'))).toEqual({ available: 12e9, total: 16e9 })
  })

  it('is all of it on macOS, which counts its caches as used', async () => {
    expect(await memoryLimit(computer({}, 'darwin'))).toEqual({ available: 16e9, total: 16e9 })
  })

  it('is what a container gives: its file cache can be had, and a group around it counts as well', async () => {
    const files = {
      '/proc/self/cgroup': '0::/pod/app\n',
      '/sys/fs/cgroup/pod/app/memory.max': 'max\n',
      '/sys/fs/cgroup/pod/app/memory.high': 'max\n',
      '/sys/fs/cgroup/pod/app/memory.current': '3000000000\n',
      '/sys/fs/cgroup/pod/memory.max': '4000000000\n',
      '/sys/fs/cgroup/pod/memory.current': '3000000000\n',
      '/sys/fs/cgroup/pod/memory.stat': 'anon 1000000000\ninactive_file 1500000000\nactive_file 500000000\n',
    }
    expect(await memoryLimit(computer(files))).toEqual({ available: 3e9, total: 4e9 })
  })

  it('is that of a container of the first version, at its root where its own folder is not to be seen', async () => {
    const files = {
      '/proc/self/cgroup': '9:cpu,cpuacct:/x\n4:memory:/docker/abc\n',
      '/sys/fs/cgroup/memory/memory.limit_in_bytes': '2000000000\n',
      '/sys/fs/cgroup/memory/memory.usage_in_bytes': '900000000\n',
      '/sys/fs/cgroup/memory/memory.stat': 'inactive_file 1\ntotal_inactive_file 300000000\ntotal_active_file 100000000\n',
    }
    expect(await memoryLimit(computer(files))).toEqual({ available: 1.5e9, total: 2e9 })
  })

  it('is what the process may have of its own, less what its threads reserve', async () => {
    const files = {
      '/proc/self/limits':
        'Max data size             3000000000           unlimited            bytes\nMax address space         unlimited\n',
      '/proc/self/status': 'VmSize:\t 1000000 kB\nVmData:\t 500000 kB\n',
    }
    expect(await memoryLimit(computer(files))).toEqual({ available: 3e9 - 500_000 * 1024 - 400e6, total: 3e9 })
  })
})
