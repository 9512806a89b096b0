import type { Argument, Command, Option } from 'commander'
import type { Message } from './messages/message.ts'
import { READING_WIDTH, type Terminal } from './terminal/terminal.ts'
import { displayWidth } from './terminal/width.ts'
import { wrap } from './terminal/wrap.ts'

/** Help texts in the person's language, coloured, and aligned by the width of Han characters. */
export function styleHelp(program: Command, terminal: Terminal, message: Message): void {
  const { bold, cyan, dim } = terminal.colours
  /** commander's own headings, which have no other hook than their style. */
  const headings: Readonly<Record<string, string>> = {
    'Usage:': message('help.usage'),
    'Arguments:': message('help.arguments'),
    'Options:': message('help.options'),
    'Global Options:': message('help.global-options'),
    'Commands:': message('help.commands'),
  }
  program
    .configureHelp({
      showGlobalOptions: true,
      helpWidth: Math.min(terminal.columns(), READING_WIDTH),
      displayWidth,
      boxWrap: (text: string, width: number) => wrap(text, width).join('\n'),
      styleTitle: (title: string) => bold(headings[title] ?? title),
      styleCommandText: bold,
      styleSubcommandText: cyan,
      styleOptionTerm: cyan,
      styleArgumentText: cyan,
      styleOptionText: dim,
      subcommandTerm: (command: Command) =>
        [command.name(), ...command.registeredArguments.map((argument: Argument) => `<${argument.name()}>`)].join(' '),
      optionDescription: ({ description, defaultValue }: Option) =>
        typeof defaultValue === 'string'
          ? `${description} ${dim(`(${message('help.default', { value: defaultValue })})`)}`
          : description,
    })
    .configureOutput({
      writeOut: (text) => terminal.write(text),
      writeErr: () => undefined, // reportError says it
      getOutHasColors: () => terminal.coloured,
      getOutHelpWidth: () => Math.min(terminal.columns(), READING_WIDTH),
    })
}
