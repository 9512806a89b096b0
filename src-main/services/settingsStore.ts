import { join } from 'node:path'
import { z } from 'zod'
import { settingsSchema, type Settings } from '../contract/settings.ts'
import { writeFileAtomically } from '../files/atomicFile.ts'
import { MAX_CONFIG_JSON } from '../files/limits.ts'
import { readJsonCapped } from '../files/readFile.ts'

const recentSchema = z.object({ folder: z.string(), name: z.string(), openedAt: z.string() })
const keptSchema = z.object({
  settings: settingsSchema.prefault({}).catch(settingsSchema.parse({})),
  recentProjects: z.array(recentSchema).catch([]),
  /** Folders of models that a person added. */
  modelFolders: z.array(z.string()).catch([]),
})
type Kept = z.output<typeof keptSchema>

/** What the app keeps for itself: the person's settings, the projects opened lately, the models added. One file, replaced as a whole. */
export interface SettingsStore {
  readonly settings: Settings
  readonly recentProjects: Kept['recentProjects']
  readonly modelFolders: readonly string[]
  /** Takes over what another program, such as the command line beside a window, has changed in the file. */
  refresh(): Promise<void>
  /** Changes these; the others stay as the file has them. @throws TuneDeskError files/disk-full, files/cannot-write */
  change(change: Partial<Kept>): Promise<void>
}

/** A file that is not there, or is damaged, means the defaults: settings are never worth not starting. */
export async function openSettingsStore(dataFolder: string): Promise<SettingsStore> {
  const path = join(dataFolder, 'settings.json')
  const read = (): Promise<unknown> => readJsonCapped(path, MAX_CONFIG_JSON).catch(() => null)
  let kept = keptSchema.parse((await read()) ?? {})
  /** Not in the file yet. */
  let unwritten: Partial<Kept> = {}
  let working: Promise<void> = Promise.resolve()
  const inTurn = (work: () => Promise<void>): Promise<void> => {
    const done = working.then(work)
    working = done.catch(() => undefined)
    return done
  }
  const refresh = async (): Promise<void> => {
    const json = await read()
    if (json !== null) kept = { ...keptSchema.parse(json), ...unwritten }
  }
  return {
    get settings() {
      return kept.settings
    },
    get recentProjects() {
      return kept.recentProjects
    },
    get modelFolders() {
      return kept.modelFolders
    },
    refresh: () => inTurn(refresh),
    change(change) {
      kept = { ...kept, ...change }
      unwritten = { ...unwritten, ...change }
      return inTurn(async () => {
        await refresh()
        const written = unwritten
        await writeFileAtomically(path, `${JSON.stringify(kept, null, 2)}\n`)
        // What was changed meanwhile is written in its turn.
        if (unwritten === written) unwritten = {}
      })
    },
  }
}
