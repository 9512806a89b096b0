import { spawn, type ChildProcess } from 'node:child_process'

/**
 * Windows has no program for it but a call, which holds for as long as the thread that made it: SetThreadExecutionState of ES_CONTINUOUS |
 * ES_SYSTEM_REQUIRED (learn.microsoft.com/windows/win32/api/winbase). PowerShell, which every Windows has, makes it and then waits for the end of
 * its input. Where an administrator forbids scripts to call the system, it ends at once, and the computer sleeps as it is set to.
 */
const HOLD_ON_WINDOWS = [
  `$power = Add-Type -PassThru -Namespace TuneDesk -Name Power -MemberDefinition '[DllImport("kernel32.dll")] public static extern uint SetThreadExecutionState(uint state);'`,
  '[void]$power::SetThreadExecutionState([uint32]2147483649)',
  '[void][Console]::In.ReadToEnd()',
].join('; ')

/** A program that keeps the computer awake for as long as it runs; null where the system brings none. */
export function wakerOf(platform: NodeJS.Platform, pid: number): string[] | null {
  if (platform === 'darwin') return ['caffeinate', '-i', '-w', String(pid)]
  // It ends with its input, which is ours.
  if (platform === 'linux')
    return ['systemd-inhibit', '--what=idle', '--who=TuneDesk', '--why=Training', '--no-ask-password', 'cat']
  if (platform === 'win32') return ['powershell.exe', '-NoLogo', '-NoProfile', '-NonInteractive', '-Command', HOLD_ON_WINDOWS]
  return null
}

/** Holds off that the computer goes to sleep by itself. Where that cannot be done, a training goes on when the computer wakes. */
export function createSleepHolder(waker = wakerOf(process.platform, process.pid)): (isHeld: boolean) => void {
  let child: ChildProcess | null = null
  return (isHeld) => {
    if (!isHeld) {
      child?.kill()
      child = null
      return
    }
    const [program, ...parameters] = waker ?? []
    if (child || program === undefined) return
    child = spawn(program, parameters, { stdio: ['pipe', 'ignore', 'ignore'], windowsHide: true })
    // No such program here, as in a container.
    child.on('error', () => undefined)
    // It ends with us; it does not keep us.
    child.unref()
  }
}
