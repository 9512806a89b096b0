import { PassThrough, Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { run } from '../../src-main/cli/run.ts'
import { inProcessEngines } from './inProcessEngine.ts'

export interface CommandLineResult {
  code: number
  out: string
  err: string
  /** The output's lines, each parsed as JSON. */
  json: () => Record<string, unknown>[]
}

/** Runs a command line in this process, as it runs where its output is no terminal. */
export async function commandLine(argv: string[], env: Record<string, string> = {}, input = ''): Promise<CommandLineResult> {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()]
  const texts = Promise.all([text(stdout), text(stderr)])
  const engines = inProcessEngines()
  const code = await run({ argv, env: { LANG: 'en_US.UTF-8', ...env }, stdin: Readable.from([input]), stdout, stderr, engines })
  stdout.end()
  stderr.end()
  const [out, err] = await texts
  const json = (): Record<string, unknown>[] =>
    out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>)
  return { code, out, err, json }
}
