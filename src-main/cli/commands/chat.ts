import type { Command } from 'commander'
import type { Context } from '../context.ts'
import { readNumber } from '../readNumber.ts'

interface ChatOptions {
  system?: string
  template?: string
  temperature?: string
  topP?: string
  topK?: string
  seed?: string
  maxNewTokens?: string
  repetitionPenalty?: string
  loadIn8bit?: boolean
}

export function addChatCommand(program: Command, context: Context): void {
  const { message } = context
  program
    .command('chat')
    .description(message('chat.description'))
    .argument('<model>', message('argument.model'))
    .option('--system <text>', message('chat.option-system'))
    .option('--template <kind>', message('chat.option-template'))
    .option('--load-in-8bit', message('chat.option-load-in-8bit'))
    .option('--temperature <number>', message('chat.option-temperature'))
    .option('--top-p <share>', message('chat.option-top-p'))
    .option('--top-k <tokens>', message('chat.option-top-k'))
    .option('--seed <number>', message('chat.option-seed'))
    .option('--max-new-tokens <tokens>', message('chat.option-max-new-tokens'))
    .option('--repetition-penalty <number>', message('chat.option-repetition-penalty'))
    .action(async (model: string, options: ChatOptions) => {
      const { modelFolderOf } = await import('../../jobs/model.ts')
      const { openChat } = await import('../../jobs/chat.ts')
      const { converse } = await import('../converse.ts')
      const { system, template } = options
      const chat = await openChat({
        model: await modelFolderOf(model, context.resources),
        settings: generationSettings(options),
        load_in_8bit: options.loadIn8bit ?? false,
        ...(system === undefined ? {} : { system }),
        ...(template === undefined ? {} : { template: template as 'plain' }), // checked by the service
      })
      try {
        await converse(chat, context)
      } finally {
        await chat.close()
      }
    })
}

/** The settings that the options name, under transformers' names. */
function generationSettings(options: ChatOptions): Record<string, number> {
  const named: [setting: string, option: string, text: string | undefined][] = [
    ['temperature', '--temperature', options.temperature],
    ['top_p', '--top-p', options.topP],
    ['top_k', '--top-k', options.topK],
    ['seed', '--seed', options.seed],
    ['max_new_tokens', '--max-new-tokens', options.maxNewTokens],
    ['repetition_penalty', '--repetition-penalty', options.repetitionPenalty],
  ]
  return Object.fromEntries(
    named.flatMap(([setting, option, text]) => (text === undefined ? [] : [[setting, readNumber(option, text)]])),
  )
}
