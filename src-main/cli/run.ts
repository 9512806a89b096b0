import { CommanderError } from 'commander'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { TuneDeskError } from '../contract/error.ts'
import type { Engine, Engines } from '../host/engine.ts'
import type { Context } from './context.ts'
import { invocationOf } from './invocation.ts'
import { chooseLanguage, requestedLanguage } from './language.ts'
import { messagesIn } from './messages/message.ts'
import { createProgram } from './program.ts'
import { reportError } from './reportError.ts'
import { openTerminal, type Environment, type InputStream, type OutputStream } from './terminal/terminal.ts'

/** Both from src-main/cli and from out/main, where the bundle lies, the root of the app is two folders up. */
const ROOT = '../../'

export interface Process {
  /** Without node and the script. */
  argv: readonly string[]
  env: Environment
  stdin: InputStream
  stdout: OutputStream
  stderr: OutputStream
  engines: Engines
}

function readVersion(): string {
  const { version } = createRequire(import.meta.url)(`${ROOT}package.json`) as { version: string }
  return version
}

/** Runs one command line. @returns the exit code: 0, 1 bad input, 2 usage, 3 our fault, 130 stopped by the person */
export async function run({ argv, env, stdin, stdout, stderr, engines }: Process): Promise<number> {
  const language = chooseLanguage(argv, env, Intl.DateTimeFormat().resolvedOptions().locale)
  const out = openTerminal(stdout, env)
  const err = openTerminal(stderr, env)
  const path = (relative: string): string => fileURLToPath(new URL(ROOT + relative, import.meta.url))
  const context: Context = {
    out,
    err,
    input: stdin,
    language,
    message: messagesIn(language),
    invocation: invocationOf(env),
    engines,
    resources: path('resources'),
    page: path('out/renderer'),
    version: readVersion(),
    exitCode: 0,
  }
  try {
    const requested = requestedLanguage(argv)
    if (requested !== undefined && requested !== 'en' && requested !== 'zh')
      throw new TuneDeskError('usage/wrong-value', { name: '--language', value: requested, expected: 'en | zh' })
    await createProgram(context).parseAsync(argv.length > 0 ? argv : ['--help'], { from: 'user' })
    return context.exitCode
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return 0 // help and version
    return reportError(error, err, language, Boolean(env['TUNEDESK_DEBUG']))
  } finally {
    await Promise.all(Object.values(engines).map((engine: Engine) => engine.close()))
  }
}
