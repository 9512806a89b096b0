import { fork } from 'node:child_process'
import { EventEmitter } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Electron } from '../../src-main/shell/electron.ts'

const PARENT_PORT = new URL('standInParentPort.ts', import.meta.url)

/** Stands in for Electron's `utilityProcess`: a process of Node, whose side of the channel has the names and the ways of Electron's. */
export const standInUtilityProcess = {
  fork(entry: string) {
    const child = fork(fileURLToPath(new URL(`file://${entry}`)), [], {
      execArgv: ['--import', 'tsx', '--import', PARENT_PORT.href],
      serialization: 'advanced',
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    })
    const events = new EventEmitter()
    child.on('message', (message) => events.emit('message', message))
    child.on('exit', (code) => events.emit('exit', code ?? 0))
    return Object.assign(events, {
      pid: child.pid,
      stdout: child.stdout,
      stderr: child.stderr,
      postMessage: (message: object) => child.send(message, () => undefined),
    })
  },
} as unknown as Electron['utilityProcess']
