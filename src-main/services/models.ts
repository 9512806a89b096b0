import { readdir, realpath } from 'node:fs/promises'
import { basename, resolve } from 'node:path'
import type { ModelSummary } from '../contract/areas/models.ts'
import { TuneDeskError } from '../contract/error.ts'
import { suggestedPreset } from '../contract/presets.ts'
import { deleteModel } from '../files/deleteModel.ts'
import { modelFiles } from '../files/modelFiles.ts'
import { holdingRun } from '../jobs/holdingRun.ts'
import { memoryLimit } from '../jobs/memoryLimit.ts'
import { describeModel, STARTER, starterFolder } from '../jobs/model.ts'
import type { ServiceContext } from './backend.ts'
import type { HandlersOf } from './handlersOf.ts'
import { planOf } from './projects.ts'
import type { SettingsStore } from './settingsStore.ts'

/** What the models' service needs to be told by others. */
interface ModelUse {
  /** Ids of the models that a training needs which goes on or waits. */
  trained: () => readonly string[]
}

/** The models that there are: the one that ships with the app, and those of folders that a person added. Their files are never copied. */
export function createModels(
  context: Pick<ServiceContext, 'resources' | 'engines' | 'emit'>,
  store: SettingsStore,
  { trained }: ModelUse,
): { handlers: HandlersOf<'models'> } {
  const starter = starterFolder(context.resources)
  const list = async (): Promise<ModelSummary[]> => {
    await store.refresh()
    const plans = await Promise.all(
      store.recentProjects.map(async ({ folder, name }) => ({ name, model: (await planOf(folder).catch(() => null))?.model })),
    )
    const usedBy = (id: string): string[] => plans.filter(({ model }) => model === id).map(({ name }) => name)
    return Promise.all([
      summarise(STARTER, starter, 'built-in', usedBy(STARTER)),
      ...store.modelFolders.map((folder) => summarise(folder, folder, 'added', usedBy(folder))),
    ])
  }
  const change = async (changed: (folders: readonly string[]) => string[]): Promise<ModelSummary[]> => {
    await store.refresh()
    await store.change({ modelFolders: changed(store.modelFolders) })
    const models = await list()
    context.emit('models.changed', models)
    return models
  }
  const requireAdded = async (id: string): Promise<void> => {
    await store.refresh()
    if (!store.modelFolders.includes(id)) throw new TuneDeskError('models/not-added', { folder: id })
  }
  const remove = (id: string): Promise<ModelSummary[]> => change((folders) => folders.filter((folder) => folder !== id))

  return {
    handlers: {
      'models.list': list,
      async 'models.add'({ folder: given }) {
        const folder = resolve(given)
        // It is in the list, and must not get there as one that can be deleted.
        if ((await realpath(folder).catch(() => folder)) === (await realpath(starter))) return list()
        await context.engines.tokens.run('inspectModel', folder)
        return change((folders) => [...folders.filter((other) => other !== folder), folder])
      },
      async 'models.files'({ id }) {
        await requireAdded(id)
        const files = await modelFiles(id)
        const names = new Set(files.map(({ name }) => name))
        const others = (await readdir(id).catch(() => [])).filter((name) => !names.has(name))
        return { files: files.map(({ name, size }) => ({ name, size })), others }
      },
      'models.remove': ({ id }) => remove(id),
      async 'models.delete'({ id }) {
        await requireAdded(id)
        if (trained().includes(id)) throw new TuneDeskError('models/in-use', { folder: id })
        // It may be the folder of a run, which somebody trains in.
        const freed = await holdingRun(id, () => deleteModel(id), 0)
        return { freed, models: await remove(id) }
      },
    },
  }
}

async function summarise(id: string, folder: string, source: ModelSummary['source'], usedBy: string[]): Promise<ModelSummary> {
  const unknown = { family: null, parameterCount: 0, maxPositions: 0, hasChatTemplate: false, license: null }
  const name = basename(folder)
  const size = (await modelFiles(folder)).reduce((sum, file) => sum + file.size, 0)
  try {
    const about = await describeModel(folder)
    const preset = id === STARTER ? STARTER : suggestedPreset(about.parameterCount, (await memoryLimit()).total)
    return { ...about, id, source, problem: null, size, preset, usedBy }
  } catch (error) {
    if (!(error instanceof TuneDeskError)) throw error
    const { code, parameters } = error
    return { ...unknown, id, folder, name, source, problem: { code, parameters }, size, preset: 'balanced', usedBy }
  }
}
