import type { Command } from 'commander'
import type { Context } from '../context.ts'
import { addMaskOptions, maskSettings, type MaskOptions } from '../maskOptions.ts'

interface TrainOptions extends MaskOptions {
  model: string
  output: string
  preset?: string
  method?: string
  loadIn8bit?: boolean
  set: string[]
  eval?: string
  json?: boolean
}

const SHARE = /^0?\.\d+$/

/** Beside a preset a method brings its own learning rate. Whether there are such a method and such a preset is checked by the service. */
async function methodSettings(method: 'full' | undefined, preset: string | undefined): Promise<Record<string, unknown>> {
  if (method === undefined) return {}
  const { PRESETS, withMethod } = await import('../../contract/presets.ts')
  return preset !== undefined && Object.hasOwn(PRESETS, preset)
    ? withMethod({ preset: preset as 'tutorial', settings: {} }, method)
    : { method }
}

export function addTrainCommand(program: Command, context: Context): void {
  const { message } = context
  const command = program
    .command('train')
    .description(message('train.description'))
    .argument('<data>', message('argument.data'))
    .requiredOption('--model <folder>', message('option.model'))
    .requiredOption('--output <folder>', message('train.option-output'))
    .option('--preset <name>', message('train.option-preset'))
    .option('--method <name>', message('train.option-method'))
    .option('--load-in-8bit', message('train.option-load-in-8bit'))
    .option('--set <name=value>', message('train.option-set'), (text, list: string[]) => [...list, text], [])
    .option('--eval <data>', message('train.option-eval'))
  addMaskOptions(command, message)
    .option('--json', message('option.json'))
    .action(
      async (
        data: string,
        { model, output, preset, method, loadIn8bit, set, eval: heldOut, json = false, ...mask }: TrainOptions,
      ) => {
        const { parseSetting } = await import('../../contract/trainingSettings.ts')
        const { modelFolderOf } = await import('../../jobs/model.ts')
        const { runInTerminal } = await import('../runSession.ts')
        const { tokenCache } = await import('../tokenCache.ts')
        const request = {
          data,
          model: await modelFolderOf(model, context.resources),
          output,
          cache: tokenCache(),
          settings: Object.assign(
            {},
            maskSettings(mask),
            await methodSettings(method as 'full' | undefined, preset),
            loadIn8bit ? { load_in_8bit: true } : {},
            ...set.map(parseSetting),
          ) as Record<string, unknown>,
          ...(preset === undefined ? {} : { preset: preset as 'tutorial' }), // checked by the service
          ...(heldOut === undefined ? {} : { heldOut: SHARE.test(heldOut) ? Number(heldOut) : heldOut }),
        }
        await runInTerminal((hooks) => context.engines.training.run('train', request, hooks), json, context)
      },
    )
}
