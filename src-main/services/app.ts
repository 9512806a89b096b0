import { mkdir, stat } from 'node:fs/promises'
import { extname, join } from 'node:path'
import type { AppStart } from '../contract/areas/app.ts'
import type { ServiceContext } from './backend.ts'
import type { HandlersOf } from './handlersOf.ts'
import { recentProjects } from './projects.ts'
import type { SettingsStore } from './settingsStore.ts'

/** The app as a whole: how it starts, its settings, and what surrounds it. */
export function createApp(context: ServiceContext, store: SettingsStore): { handlers: HandlersOf<'app'> } {
  const { platform, emit } = context
  const projectsFolder = (): string => store.settings.projectsFolder ?? context.projectsFolder
  return {
    handlers: {
      async 'app.start'() {
        return {
          version: context.version,
          surroundings: platform.surroundings,
          // Every other system is a kind of Unix, and its keyboards are those of Linux.
          platform: process.platform === 'darwin' || process.platform === 'win32' ? process.platform : 'linux',
          settings: store.settings,
          recentProjects: await recentProjects(store),
          projectsFolder: context.projectsFolder,
        } satisfies AppStart
      },
      async 'app.changeSettings'(change) {
        await store.change({ settings: { ...store.settings, ...change } })
        emit('app.settingsChanged', store.settings)
        return store.settings
      },
      'app.chooseFiles': (options) => platform.chooseFiles(options),
      'app.chooseFolder': async () => ({ folder: await platform.chooseFolder() }),
      async 'app.choosePlace'({ suggestedName }) {
        if (platform.surroundings === 'electron') return { path: await platform.choosePlace(suggestedName) }
        return { path: await freePath(join(projectsFolder(), 'exports'), suggestedName) }
      },
      async 'app.showInFolder'({ path }) {
        platform.showInFolder(path)
        return null
      },
      async 'app.setMenu'(items) {
        platform.setMenu(items)
        return null
      },
    },
  }
}

/** `rows.csv`, or `rows 2.csv` where that is taken, in a folder that is made. */
async function freePath(folder: string, name: string): Promise<string> {
  await mkdir(folder, { recursive: true })
  const extension = extname(name)
  const stem = name.slice(0, name.length - extension.length).replace(/[\\/:*?"<>|\p{Cc}]/gu, ' ')
  for (let number = 1; ; number++) {
    const path = join(folder, number === 1 ? stem + extension : `${stem} ${number}${extension}`)
    if (!(await stat(path).catch(() => null))) return path
  }
}
