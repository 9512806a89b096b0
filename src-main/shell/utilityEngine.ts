import type * as ElectronModule from 'electron'
import { createInterface } from 'node:readline'
import type { SpawnEngine } from '../host/childProcess.ts'
import type { Report } from '../host/messages.ts'

/**
 * The engine as a utility process of Electron, which ends with the app.
 * @param utilityProcess Electron's; it starts processes when the app is ready, not before
 * @param entry the file out/main/engine.js
 */
export function forkUtilityEngine(
  utilityProcess: Pick<(typeof ElectronModule)['utilityProcess'], 'fork'>,
  entry: string,
): SpawnEngine {
  return (log) => {
    const child = utilityProcess.fork(entry, [], { serviceName: 'TuneDesk Engine', stdio: ['ignore', 'pipe', 'pipe'] })
    for (const stream of [child.stdout, child.stderr]) if (stream) createInterface({ input: stream }).on('line', log)
    child.on('error', (type, location) => log(`${type} at ${location}`))
    return {
      get pid() {
        return child.pid
      },
      post: (order) => child.postMessage(order),
      onMessage: (listener) => void child.on('message', (message: unknown) => listener(message as Report)),
      onExit: (listener) => void child.once('exit', (code) => listener(`exit code ${code}`)),
      kill() {
        // Electron's own kill is a SIGTERM, which the engine takes no notice of, as a session that ends sends it to every process.
        if (child.pid !== undefined) process.kill(child.pid, 'SIGKILL')
      },
    }
  }
}
