import type { Command } from 'commander'
import type { Context } from '../context.ts'
import { addMaskOptions, maskSettings, type MaskOptions } from '../maskOptions.ts'

interface TrainOptions extends MaskOptions {
  model: string
  output: string
  preset?: string
  set: string[]
  eval?: string
  json?: boolean
}

const SHARE = /^0?\.\d+$/

export function addTrainCommand(program: Command, context: Context): void {
  const { message } = context
  const command = program
    .command('train')
    .description(message('train.description'))
    .argument('<data>', message('argument.data'))
    .requiredOption('--model <folder>', message('option.model'))
    .requiredOption('--output <folder>', message('train.option-output'))
    .option('--preset <name>', message('train.option-preset'))
    .option('--set <name=value>', message('train.option-set'), (text, list: string[]) => [...list, text], [])
    .option('--eval <data>', message('train.option-eval'))
  addMaskOptions(command, message)
    .option('--json', message('option.json'))
    .action(async (data: string, { model, output, preset, set, eval: heldOut, json = false, ...mask }: TrainOptions) => {
      const { parseSetting } = await import('../../engine/6-train/settings.ts')
      const { modelFolderOf } = await import('../../services/models.ts')
      const { startRun } = await import('../../services/runs.ts')
      const { runInTerminal } = await import('../runSession.ts')
      const request = {
        data,
        model: await modelFolderOf(model, context.resources),
        output,
        settings: Object.assign({}, maskSettings(mask), ...set.map(parseSetting)) as Record<string, unknown>,
        ...(preset === undefined ? {} : { preset: preset as 'tutorial' }), // checked by the service
        ...(heldOut === undefined ? {} : { heldOut: SHARE.test(heldOut) ? Number(heldOut) : heldOut }),
      }
      await runInTerminal((hooks) => startRun(request, hooks), json, context)
    })
}
