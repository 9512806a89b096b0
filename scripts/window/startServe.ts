import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const COMMAND_LINE = fileURLToPath(new URL('../../out/main/tunedesk.js', import.meta.url))

export interface StartedServe {
  /** The address that was printed. */
  address: string
  port: string
  /** Asks for another address, as Enter does. */
  newAddress(): Promise<string>
  /** What was written to the terminal beside addresses. */
  said: string[]
  signal(name: NodeJS.Signals): void
  ended: Promise<number | null>
}

/** `tunedesk serve`, built, in a process of its own, which whoever started it ends. @param home where it keeps all that is its own */
export async function startServe(home: string, ...parameters: string[]): Promise<StartedServe> {
  const child = spawn(process.execPath, [COMMAND_LINE, 'serve', '--json', ...parameters], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, TUNEDESK_HOME: home, LC_ALL: 'en_US.UTF-8' },
  })
  const said: string[] = []
  createInterface({ input: child.stderr }).on('line', (line) => said.push(line))
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve))
  const lines = createInterface({ input: child.stdout })
  const nextAddress = async (): Promise<string> => {
    const line = await new Promise<string>((resolve, reject) => {
      lines.once('line', resolve)
      void ended.then((code) => reject(new Error(`serve ended with ${code}: ${said.join('\n')}`)))
    })
    return (JSON.parse(line) as { address: string }).address
  }
  const address = await nextAddress()
  return {
    address,
    port: new URL(address).port,
    newAddress() {
      const next = nextAddress()
      child.stdin.write('\n')
      return next
    },
    said,
    signal: (name) => void child.kill(name),
    ended,
  }
}
