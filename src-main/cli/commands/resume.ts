import type { Command } from 'commander'
import type { Context } from '../context.ts'

export function addResumeCommand(program: Command, context: Context): void {
  const { message } = context
  program
    .command('resume')
    .description(message('resume.description'))
    .argument('<run>', message('argument.run'))
    .option('--json', message('option.json'))
    .action(async (run: string, { json = false }: { json?: boolean }) => {
      const { runInTerminal } = await import('../runSession.ts')
      const { tokenCache } = await import('../tokenCache.ts')
      const request = { folder: run, cache: tokenCache() }
      await runInTerminal((hooks) => context.engines.training.run('resume', request, hooks), json, context)
    })
}
