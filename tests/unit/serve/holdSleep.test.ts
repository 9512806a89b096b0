import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { createSleepHolder, wakerOf } from '../../../src-main/serve/holdSleep.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'

/** A program that notes its process, and stays. */
const NOTE = "require('node:fs').writeFileSync(process.argv[1], String(process.pid)); process.stdin.resume()"

const isRunning = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

describe('sleep, under serve', () => {
  it('is held off by what the system brings for that', () => {
    expect(wakerOf('darwin', 7)?.[0]).toBe('caffeinate')
    expect(wakerOf('linux', 7)?.[0]).toBe('systemd-inhibit')
    expect(wakerOf('win32', 7)?.[0]).toBe('powershell.exe')
    expect(wakerOf('freebsd', 7)).toBeNull()
  })

  it('is asked of Windows by one command that nothing has to quote: no line ends, every quotation mark closed', () => {
    const command = wakerOf('win32', 7)?.at(-1) ?? ''
    expect(command).not.toMatch(/[\r\n]/)
    for (const mark of [`'`, `"`]) expect(command.split(mark).length % 2).toBe(1)
    // ES_CONTINUOUS | ES_SYSTEM_REQUIRED
    expect(command).toContain(String((0x80000000 | 0x1) >>> 0))
  })

  it('is held off for as long as it is asked for, by one program', async () => {
    const note = join(await temporaryFolder(), 'pid')
    const hold = createSleepHolder([process.execPath, '-e', NOTE, note])
    hold(true)
    hold(true)
    await vi.waitFor(() => expect(existsSync(note)).toBe(true), 5000)
    await vi.waitFor(async () => expect(await readFile(note, 'utf8')).not.toBe(''))
    const pid = Number(await readFile(note, 'utf8'))
    expect(isRunning(pid)).toBe(true)
    hold(false)
    await vi.waitFor(() => expect(isRunning(pid)).toBe(false), 5000)
  })

  it('does no harm where there is no such program', async () => {
    const hold = createSleepHolder(['there-is-no-such-program'])
    hold(true)
    await new Promise((resolve) => setTimeout(resolve, 50))
    hold(false)
  })
})
