import { cp, mkdir, readdir, stat } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { z } from 'zod'
import { planSchema, type Plan, type Project, type RecentProject, type Sample } from '../contract/areas/projects.ts'
import { TuneDeskError } from '../contract/error.ts'
import { writeFileAtomically } from '../files/atomicFile.ts'
import { MAX_CONFIG_JSON } from '../files/limits.ts'
import { lockFolder, type FolderLock } from '../files/lock.ts'
import { readJsonCapped } from '../files/readFile.ts'
import { STARTER } from '../jobs/model.ts'
import type { ServiceContext } from './backend.ts'
import type { HandlersOf } from './handlersOf.ts'
import type { SettingsStore } from './settingsStore.ts'

const PROJECT_FILE = 'project.json'
const MOST_RECENT_PROJECTS = 20

/** For the starter model; a larger one is trained as in the tutorial. */
const FIRST_PLAN: Plan = { model: STARTER, preset: 'starter', settings: {} }

/** A sample's name is in each language; a person's project has one. */
const projectSchema = z.object({
  version: z.literal(1),
  name: z.union([z.string(), z.object({ en: z.string(), zh: z.string() })]),
  plan: planSchema.optional(),
})

/** What other services keep for a project that is open. */
export interface OpenProjects {
  /** @throws TuneDeskError projects/not-open */
  require(folder: string): Project
  /** Called when a project is closed, before its folder is let go. */
  onClose(closing: (folder: string) => Promise<void>): void
}

interface Projects extends OpenProjects {
  handlers: HandlersOf<'projects'>
  close(): Promise<void>
}

export function createProjects(context: ServiceContext, store: SettingsStore): Projects {
  const open = new Map<string, Project>()
  const locks = new Map<string, Promise<FolderLock>>()
  const closings: ((folder: string) => Promise<void>)[] = []

  const requireOpen = (folder: string): Project => {
    const project = open.get(folder)
    if (!project) throw new TuneDeskError('projects/not-open', { folder })
    return project
  }
  const remember = async ({ folder, name }: Project): Promise<void> => {
    const others = store.recentProjects.filter((recent) => recent.folder !== folder)
    const openedAt = new Date().toISOString()
    await store.change({ recentProjects: [{ folder, name, openedAt }, ...others].slice(0, MOST_RECENT_PROJECTS) })
  }
  /** Two programs that write one project's rows would undo each other's work. A folder that is held already stays so. */
  const hold = async (folder: string): Promise<void> => {
    const lock = locks.get(folder) ?? takeProject(folder)
    locks.set(folder, lock)
    await lock.catch((error: unknown) => {
      locks.delete(folder)
      throw error
    })
  }
  const letGo = async (folder: string): Promise<void> => {
    const lock = locks.get(folder)
    locks.delete(folder)
    await (await lock)?.release()
  }
  const openFolder = async (given: string): Promise<Project> => {
    const folder = resolve(given)
    await hold(folder)
    try {
      const project = open.get(folder) ?? (await readProject(folder))
      open.set(folder, project)
      await remember(project)
      return project
    } catch (error) {
      if (!open.has(folder)) await letGo(folder)
      throw error
    }
  }
  const change = async (folder: string, changes: Partial<Project>): Promise<Project> => {
    const project = { ...requireOpen(folder), ...changes }
    await writeProject(project)
    open.set(folder, project)
    context.emit('projects.changed', project)
    return project
  }
  const closeProject = async (folder: string): Promise<void> => {
    // Who came later leans on who came before.
    for (const closing of closings.toReversed()) await closing(folder)
    open.delete(folder)
    await letGo(folder)
  }

  return {
    require: requireOpen,
    onClose: (closing) => void closings.push(closing),
    handlers: {
      async 'projects.create'({ name, sample }) {
        const folder = await newFolder(store.settings.projectsFolder ?? context.projectsFolder, name)
        if (sample) await copySample(context.resources, sample, folder)
        await writeProject({ folder, name, plan: FIRST_PLAN })
        return openFolder(folder)
      },
      'projects.open': ({ folder }) => openFolder(folder),
      async 'projects.close'({ project }) {
        await closeProject(requireOpen(project).folder)
        return null
      },
      async 'projects.rename'({ project, name }) {
        const renamed = await change(project, { name })
        await remember(renamed)
        return renamed
      },
      'projects.changePlan': ({ project, plan }) => change(project, { plan: { ...requireOpen(project).plan, ...plan } }),
      'projects.recent': () => recentProjects(store),
      async 'projects.forget'({ folder }) {
        await store.change({ recentProjects: store.recentProjects.filter((recent) => recent.folder !== folder) })
        return recentProjects(store)
      },
    },
    async close() {
      for (const folder of open.keys()) await closeProject(folder)
    },
  }
}

export const recentProjects = (store: SettingsStore): Promise<RecentProject[]> =>
  Promise.all(
    store.recentProjects.map(async (recent) => ({
      ...recent,
      isThere: Boolean(await stat(join(recent.folder, PROJECT_FILE)).catch(() => null)),
    })),
  )

/** A window that closes, or closed just now, lets go within this time. */
const PATIENCE_MILLISECONDS = 1000

/** @throws TuneDeskError projects/in-use */
async function takeProject(folder: string): Promise<FolderLock> {
  const lock = await lockFolder(folder, PATIENCE_MILLISECONDS)
  if (!lock) throw new TuneDeskError('projects/in-use', { folder })
  return lock
}

/** The plan of a project, open or not. @throws TuneDeskError projects/not-a-project, files/… */
export const planOf = async (folder: string): Promise<Plan> => (await readProject(folder)).plan

async function readProject(folder: string): Promise<Project> {
  const path = join(folder, PROJECT_FILE)
  if (!(await stat(path).catch(() => null))) throw new TuneDeskError('projects/not-a-project', { folder })
  const parsed = projectSchema.safeParse(await readJsonCapped(path, MAX_CONFIG_JSON))
  if (!parsed.success) throw new TuneDeskError('files/not-json', { file: path, detail: parsed.error.issues[0]?.message ?? '' })
  const { name, plan = FIRST_PLAN } = parsed.data
  return { folder, name: typeof name === 'string' ? name : basename(folder), plan }
}

const writeProject = ({ folder, name, plan }: Project): Promise<void> =>
  writeFileAtomically(join(folder, PROJECT_FILE), `${JSON.stringify({ version: 1, name, plan }, null, 2)}\n`)

/** A folder that was not there before, named after the project as far as file systems allow. */
async function newFolder(parent: string, name: string): Promise<string> {
  const stem =
    name
      .replace(/[\\/:*?"<>|\p{Cc}]/gu, ' ')
      .replace(/[. ]+$/u, '')
      .trim() || 'project'
  const taken = new Set(await readdir(parent).catch(() => []))
  for (let number = 1; ; number++) {
    const folder = number === 1 ? stem : `${stem} ${number}`
    if (taken.has(folder)) continue
    await mkdir(join(parent, folder), { recursive: true })
    return join(parent, folder)
  }
}

async function copySample(resources: string, sample: Sample, folder: string): Promise<void> {
  for (const file of ['rows.jsonl', 'splits.json']) await cp(join(resources, 'samples', sample, file), join(folder, file))
}
