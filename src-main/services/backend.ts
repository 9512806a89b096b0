import { homedir } from 'node:os'
import { join } from 'node:path'
import type { Emit, EventValue, Handlers } from '../contract/contract.ts'
import type { Language } from '../contract/error.ts'
import type { Settings } from '../contract/settings.ts'
import type { Engine, Engines } from '../host/engine.ts'
import { createApp } from './app.ts'
import { createChat } from './chat.ts'
import { examineComputer } from './doctor.ts'
import { createLearns } from './learns.ts'
import { createExports } from './exports.ts'
import { createImports } from './imports.ts'
import { openLog } from './log.ts'
import { createModels } from './models.ts'
import type { Platform } from './platform.ts'
import { createProjects } from './projects.ts'
import { createRows } from './rows.ts'
import { createRuns } from './runs.ts'
import { openSettingsStore } from './settingsStore.ts'
import { createTests } from './tests.ts'
import { windowLanguage } from './windowLanguage.ts'

export interface BackendOptions {
  version: string
  /** The folder of what ships with the app. */
  resources: string
  /** The folder of what the app keeps for itself: settings, logs, the list of projects. */
  dataFolder: string
  /** Where projects go unless a person wants them elsewhere. */
  projectsFolder: string
  platform: Platform
  engines: Engines
  emit: Emit
}

/** What every service is handed. */
export type ServiceContext = BackendOptions

/** Everything behind the contract. */
export interface Backend {
  /** As they are now. */
  readonly settings: Settings
  handlers: Handlers
  /** For errors that are in no book: the log keeps them. */
  report: (error: unknown) => void
  /** Ends what is going on in an orderly way: a training stops at its next step boundary, with a checkpoint. */
  close(): Promise<void>
}

/** @throws TuneDeskError files/… where the app's own folder cannot be read */
export async function openBackend(context: BackendOptions): Promise<Backend> {
  const settings = await openSettingsStore(context.dataFolder)
  const log = openLog(context.dataFolder)
  log.tell(
    `start ${context.version} ${context.platform.surroundings} ${process.platform} ${process.arch} Node ${process.versions.node}`,
  )
  const projects = createProjects(context, settings)
  const language = (): Language => windowLanguage(settings.settings)
  const emit: Emit = (name, value) => {
    context.emit(name, value)
    if (name !== 'runs.changed') return
    // TypeScript does not follow from the name to the value.
    const change = value as EventValue<'runs.changed'>
    tests.hearRun(change)
    log.hearRun(change)
  }
  const rows = createRows(context, projects)
  const learns = createLearns(context, projects, rows)
  const runs = createRuns({ ...context, emit }, projects, { language, flushRows: rows.flush, learned: learns.settled })
  const chat = createChat(context, projects)
  const models = createModels(context, settings, { trained: runs.modelsInUse })
  const tests = createTests(context, projects, { runs: runs.handlers, onTested: runs.refreshVerdict, language })
  return {
    get settings() {
      return settings.settings
    },
    handlers: {
      ...createApp(context, settings).handlers,
      ...projects.handlers,
      ...models.handlers,
      ...log.handlers,
      ...rows.handlers,
      ...learns.handlers,
      ...createImports(context, projects, rows).handlers,
      ...createExports(projects, rows).handlers,
      ...runs.handlers,
      ...chat.handlers,
      ...tests.handlers,
      async 'runs.discard'({ project, run }) {
        await tests.stop(project, run)
        await chat.release(join(project, 'runs', run))
        return runs.handlers['runs.discard']({ project, run })
      },
      async 'models.delete'({ id }) {
        await chat.release(id)
        return models.handlers['models.delete']({ id })
      },
      'computer.examine': () => examineComputer(context.engines.tokens, homedir()),
    },
    report: log.tellError,
    async close() {
      await runs.close()
      await projects.close()
      await log.close()
      await Promise.all(Object.values(context.engines).map((engine: Engine) => engine.close()))
    },
  }
}
