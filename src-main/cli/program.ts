import { Command } from 'commander'
import type { Context } from './context.ts'
import { addChatCommand } from './commands/chat.ts'
import { addCheckCommand } from './commands/check.ts'
import { addDemoCommand } from './commands/demo.ts'
import { addDoctorCommand } from './commands/doctor.ts'
import { addExportCommand } from './commands/export.ts'
import { addModelsCommand } from './commands/models.ts'
import { addResumeCommand } from './commands/resume.ts'
import { addServeCommand } from './commands/serve.ts'
import { addTestCommand } from './commands/test.ts'
import { addTrainCommand } from './commands/train.ts'
import { styleHelp } from './help.ts'

/** The commands of `tunedesk`. What a command does is loaded when it runs, so that help and version answer at once. */
export function createProgram(context: Context): Command {
  const { message } = context
  const program = new Command('tunedesk')
    .description(message('program.description'))
    .version(context.version, '-V, --version', message('program.version'))
    .helpOption('-h, --help', message('program.help'))
    .helpCommand(false)
    .option('--language <language>', message('program.language'))
    .showSuggestionAfterError(false)
    .exitOverride()
  program.addHelpText('after', () => `\n${message('help.begin')}`)
  styleHelp(program, context.out, message)

  addDemoCommand(program, context)
  addCheckCommand(program, context)
  addTrainCommand(program, context)
  addResumeCommand(program, context)
  addTestCommand(program, context)
  addChatCommand(program, context)
  addExportCommand(program, context)
  addModelsCommand(program, context)
  addDoctorCommand(program, context)
  addServeCommand(program, context)
  return program
}
