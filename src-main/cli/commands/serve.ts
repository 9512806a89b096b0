import type { Command } from 'commander'
import { TuneDeskError } from '../../contract/error.ts'
import type { Context } from '../context.ts'

interface ServeOptions {
  port?: string
  open: boolean
  json?: boolean
}

const LARGEST_PORT = 65_535

export function addServeCommand(program: Command, context: Context): void {
  const { message } = context
  program
    .command('serve')
    .description(message('serve.description'))
    .option('--port <number>', message('serve.option-port'))
    .option('--no-open', message('serve.option-no-open'))
    .option('--json', message('option.json'))
    .action(async ({ port = '0', open, json = false }: ServeOptions) => {
      const { serveUntilStopped } = await import('../serveUntilStopped.ts')
      await serveUntilStopped({ port: readPort(port), open: open && !json, json }, context)
    })
}

function readPort(text: string): number {
  const port = Number(text)
  if (/^\d+$/.test(text) && port <= LARGEST_PORT) return port
  throw new TuneDeskError('usage/wrong-value', { name: '--port', value: text, expected: `0 … ${LARGEST_PORT}` })
}
