import { fork, type ChildProcess } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { SpawnEngine } from './childProcess.ts'
import { engineEnvironment } from './engineEnvironment.ts'
import type { Report } from './messages.ts'

/** Among the sources the file beside this one; once built, out/main/engine.js beside this file's bundle. */
const ENTRY = new URL(import.meta.url.endsWith('.ts') ? './engineProcess.ts' : './engine.js', import.meta.url)

/** A debugger's port belongs to one process. */
const forChild = (execArgv: readonly string[]): string[] => execArgv.filter((argument) => !argument.startsWith('--inspect'))

/**
 * The engine as a child of a Node process: under the command line and under `serve`. It ends with this process, however this one ends.
 * @param execArgv Node's own arguments, with which the child can run the same kind of files as we do
 */
export function forkEngine(execArgv: readonly string[] = process.execArgv): SpawnEngine {
  return (log) => {
    const child = fork(fileURLToPath(ENTRY), [], {
      execArgv: forChild(execArgv),
      env: engineEnvironment(),
      serialization: 'advanced',
      // What it prints goes to the log: the terminal is ours.
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    })
    for (const stream of [child.stdout, child.stderr]) if (stream) createInterface({ input: stream }).on('line', log)
    const kill = (): void => void child.kill('SIGKILL')
    process.once('exit', kill)
    const exited = exitOf(child).finally(() => process.off('exit', kill))
    return {
      get pid() {
        return child.pid
      },
      post(order) {
        // To a channel that has just closed: its error goes to the callback, and the exit follows.
        if (child.connected) child.send(order, () => undefined)
      },
      onMessage: (listener) => void child.on('message', (message) => listener(message as Report)),
      onExit: (listener) => void exited.then(listener),
      kill,
    }
  }
}

/** Resolves when the process has ended and its last message has been read, which may come later. */
async function exitOf(child: ChildProcess): Promise<string> {
  const read = new Promise<void>((resolve) => child.once('disconnect', resolve))
  const how = await new Promise<string | Error>((resolve) => {
    child.on('error', (error) => {
      if (child.pid === undefined) resolve(error)
    })
    child.once('exit', (code, signal) => resolve(signal ?? `exit code ${code}`))
  })
  if (how instanceof Error) return how.message
  if (child.connected) await read
  return how
}
