import { onTestFinished } from 'vitest'
import { startServe as start, type StartedServe } from '../../../scripts/window/startServe.ts'

/** `tunedesk serve`, built, in a process of its own; ended with the test. */
export async function startServe(home: string, ...parameters: string[]): Promise<StartedServe> {
  const serve = await start(home, ...parameters)
  onTestFinished(() => serve.signal('SIGKILL'))
  return serve
}
