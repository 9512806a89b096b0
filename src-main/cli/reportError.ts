import { CommanderError } from 'commander'
import { bookEntry, type BookEntry } from '../contract/bookEntry.ts'
import { explain, type ErrorCode, type Language } from '../contract/error.ts'
import { ERRORS } from '../contract/errors.generated.ts'
import { READING_WIDTH, type Terminal } from './terminal/terminal.ts'
import { wrap } from './terminal/wrap.ts'

const EXIT_CODE = { input: 1, usage: 2, ours: 3 } as const

/** commander's codes, each with the entry of the error book that says it in the person's language. */
const USAGE: Readonly<Record<string, ErrorCode>> = {
  'commander.unknownCommand': 'usage/unknown-command',
  'commander.unknownOption': 'usage/unknown-option',
  'commander.missingArgument': 'usage/missing-argument',
  'commander.missingMandatoryOptionValue': 'usage/missing-option',
  'commander.optionMissingArgument': 'usage/option-needs-value',
  'commander.excessArguments': 'usage/too-many-arguments',
}

/** commander has the option or argument only inside its English sentence, in quotes. */
function fromCommander(error: CommanderError): BookEntry | null {
  const code = USAGE[error.code]
  const name = /'([^']+)'/.exec(error.message)?.[1] ?? ''
  return code ? { code, parameters: { name } } : null
}

/** Says what happened and what to do on two lines, and the stack only where TUNEDESK_DEBUG asks for it. @returns the exit code */
export function reportError(error: unknown, terminal: Terminal, language: Language, debug: boolean): number {
  const { code, parameters } = (error instanceof CommanderError && fromCommander(error)) || bookEntry(error)
  const { what, fix } = explain(code, parameters, language)
  const { red, dim } = terminal.colours
  const width = Math.min(terminal.columns(), READING_WIDTH) - 2
  wrap(what, width).forEach((line, i) => terminal.line(`${i === 0 ? red('✗') : ' '} ${line}`))
  for (const line of wrap(fix, width)) terminal.line(`  ${dim(line)}`)
  if (debug && error instanceof Error) terminal.line(dim(`\n${code}\n${error.stack ?? error.message}`))
  return EXIT_CODE[ERRORS[code].kind]
}
