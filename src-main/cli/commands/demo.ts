import { join } from 'node:path'
import type { Command } from 'commander'
import type { Context } from '../context.ts'

const DEFAULT_OUTPUT = join('runs', 'demo')

export function addDemoCommand(program: Command, context: Context): void {
  const { message } = context
  program
    .command('demo')
    .description(message('demo.description'))
    .option('--output <folder>', message('demo.option-output'), DEFAULT_OUTPUT)
    .action(async ({ output }: { output: string }) => {
      const { showDemo } = await import('../showDemo.ts')
      await showDemo(output, context)
    })
}
