import { basename, resolve } from 'node:path'
import type { Command } from 'commander'
import type { ModelSummary } from '../../contract/areas/models.ts'
import { TuneDeskError } from '../../contract/error.ts'
import type { HandlersOf } from '../../services/handlersOf.ts'
import { askYesOrNo } from '../askYesOrNo.ts'
import type { Context } from '../context.ts'
import { jsonLine } from '../jsonLine.ts'
import { shownPath } from '../shownPath.ts'
import { formatBytes } from '../terminal/format.ts'
import { printableLine } from '../terminal/printable.ts'

interface ModelsOptions {
  json?: boolean
  yes?: boolean
}

/** The same list that the window shows. `--json` belongs to all of it: commander gives an option to the outermost command that knows it. */
export function addModelsCommand(program: Command, context: Context): void {
  const { message } = context
  const command = program
    .command('models')
    .description(message('models.description'))
    .option('--json', message('option.json'))
    .action(async ({ json = false }: ModelsOptions) => printModels(json, context))
  command
    .command('add')
    .description(message('models.add-description'))
    .argument('<folder>', message('argument.model-folder'))
    .action(async (given: string, _options: object, { parent }: Command) => {
      const models = await (await openList(context))['models.add']({ folder: given })
      const folder = resolve(given)
      if (isJson(parent)) context.out.line(jsonLine(models.find(({ id }) => id === folder) ?? { folder }))
      else context.out.line(message('models.added', { name: printableLine(basename(folder)) }))
    })
  command
    .command('remove')
    .description(message('models.remove-description'))
    .argument('<model>', message('argument.listed-model'))
    .action(async (given: string, _options: object, { parent }: Command) => {
      const list = await openList(context)
      const { id, name } = await find(given, list)
      await list['models.remove']({ id })
      if (isJson(parent)) context.out.line(jsonLine({ removed: id }))
      else context.out.line(message('models.removed', { name: printableLine(name), folder: shownPath(id) }))
    })
  command
    .command('delete')
    .description(message('models.delete-description'))
    .argument('<model>', message('argument.listed-model'))
    .option('--yes', message('option.yes'))
    .action(async (given: string, { yes = false }: ModelsOptions, { parent }: Command) =>
      deleteModel(given, { yes, json: isJson(parent) }, context),
    )
}

const isJson = (command: Command | null): boolean => command?.opts<ModelsOptions>().json ?? false

async function openList({ resources, engines }: Context): Promise<HandlersOf<'models'>> {
  const { dataFolderOf } = await import('../../services/dataFolder.ts')
  const { createModels } = await import('../../services/models.ts')
  const { openSettingsStore } = await import('../../services/settingsStore.ts')
  const store = await openSettingsStore(dataFolderOf(process.platform, process.env))
  // Nothing is trained by this process.
  return createModels({ resources, engines, emit: () => undefined }, store, { trained: () => [] }).handlers
}

async function printModels(json: boolean, context: Context): Promise<void> {
  const { modelLines } = await import('../modelsView.ts')
  const models = await (await openList(context))['models.list'](undefined)
  if (json) for (const model of models) context.out.line(jsonLine(model))
  else for (const line of modelLines(models, context)) context.out.line(line)
}

/** The model that a person means, by its folder or by the name in the list. @throws TuneDeskError models/not-added, models/ambiguous */
async function find(given: string, list: HandlersOf<'models'>): Promise<ModelSummary> {
  const models = await list['models.list'](undefined)
  const byFolder = models.find(({ id, source }) => source === 'added' && id === resolve(given))
  const byName = models.filter(({ name, source }) => source === 'added' && name === given)
  const found = byFolder ?? byName[0]
  if (!found) throw new TuneDeskError('models/not-added', { folder: given })
  if (!byFolder && byName.length > 1) throw new TuneDeskError('models/ambiguous', { name: given, count: byName.length })
  return found
}

/** Says what is deleted and what stays, and deletes it once a person, or `--yes`, agrees. */
async function deleteModel(given: string, { yes, json }: { yes: boolean; json: boolean }, context: Context): Promise<void> {
  const { out, message } = context
  const list = await openList(context)
  const model = await find(given, list)
  const { files, others } = await list['models.files']({ id: model.id })
  if (json) {
    if (!yes) throw new TuneDeskError('usage/needs-yes')
    const { freed } = await list['models.delete']({ id: model.id })
    out.line(jsonLine({ deleted: model.id, files, others, freed }))
    return
  }
  out.line(message('models.deletes', { folder: shownPath(model.id) }))
  for (const file of files) out.line(`  ${printableLine(file.name)}  ${out.colours.dim(formatBytes(file.size))}`)
  if (others.length > 0) out.line(message('models.stays', { names: others.map(printableLine).join(', ') }))
  if (model.usedBy.length > 0) out.line(message('models.used-by', { projects: model.usedBy.map(printableLine).join(', ') }))
  if (!yes && !(await askYesOrNo(message('models.ask'), context))) {
    out.line(message('models.kept'))
    return
  }
  const { freed } = await list['models.delete']({ id: model.id })
  out.line(message('models.deleted', { name: printableLine(model.name), size: formatBytes(freed) }))
}
