import { basename, join } from 'node:path'
import type { RunId, RunSummary } from '../../contract/areas/runs.ts'
import { TuneDeskError } from '../../contract/error.ts'
import { createSettings } from '../../contract/trainingSettings.ts'
import type { OpenProjects } from '../projects.ts'
import { writeAbout, type AboutRun } from './aboutFile.ts'
import type { LiveRun } from './liveRun.ts'
import { readRun, runIds } from './runFolder.ts'

/** A run of an open project, with what the app keeps about it. */
export interface RunEntry {
  readonly live: LiveRun
  readonly about: AboutRun
  /** Changes what the app keeps, here and on the disk. @throws TuneDeskError files/disk-full, files/cannot-write */
  write(changes: Partial<AboutRun>): Promise<void>
  /** When every change is on the disk, or has failed. */
  written(): Promise<void>
}

export interface RunList {
  /** The newest first. @throws TuneDeskError projects/not-open */
  all(project: string): Promise<RunEntry[]>
  /** @throws TuneDeskError projects/not-open, runs/not-here */
  find(project: string, run: RunId): Promise<RunEntry>
  /** A run that waits to begin, its folder made. */
  add(project: string, run: RunId, about: AboutRun): Promise<RunEntry>
  remove(project: string, run: RunId): void
  /** Of a project that is closed. */
  forget(project: string): void
}

export function createRunList(projects: OpenProjects, makeLive: (summary: RunSummary) => LiveRun): RunList {
  const entries = new Map<string, Map<RunId, RunEntry>>()
  const scans = new Map<string, Promise<unknown>>()

  /** Looks at the project's folder: runs may have come by the command line, or gone by a file manager. */
  async function scan(project: string): Promise<Map<RunId, RunEntry>> {
    projects.require(project)
    const known = entries.get(project) ?? new Map<RunId, RunEntry>()
    entries.set(project, known)
    const folder = join(project, 'runs')
    const ids = await runIds(folder)
    for (const id of ids) {
      if (known.has(id)) continue
      const { summary, about } = await readRun(project, join(folder, id)).catch((error: unknown) =>
        damaged(project, join(folder, id), error),
      )
      known.set(id, entryOf(makeLive(summary), about))
    }
    for (const [id, { live }] of known) if (!ids.includes(id) && live.details === null) known.delete(id)
    return known
  }
  /** One scan of a project after the other, so that a run is never read twice. */
  function scanned(project: string): Promise<Map<RunId, RunEntry>> {
    const next = (scans.get(project) ?? Promise.resolve()).then(() => scan(project))
    scans.set(
      project,
      next.catch(() => undefined),
    )
    return next
  }

  return {
    async all(project) {
      const known = [...(await scanned(project)).values()]
      return known.sort((a, b) => b.live.summary.createdAt.localeCompare(a.live.summary.createdAt))
    },
    async find(project, run) {
      projects.require(project)
      const entry = entries.get(project)?.get(run) ?? (await scanned(project)).get(run)
      if (!entry) throw new TuneDeskError('runs/not-here', { run })
      return entry
    },
    async add(project, run, about) {
      const folder = join(project, 'runs', run)
      await writeAbout(folder, about)
      return this.find(project, run)
    },
    remove: (project, run) => void entries.get(project)?.delete(run),
    forget(project) {
      entries.delete(project)
      scans.delete(project)
    },
  }
}

function entryOf(live: LiveRun, first: AboutRun): RunEntry {
  let about = first
  let writing: Promise<void> = Promise.resolve()
  return {
    live,
    get about() {
      return about
    },
    async write(changes) {
      about = { ...about, ...changes }
      const text = about
      const written = writing.then(() => writeAbout(live.summary.folder, text))
      writing = written.catch(() => undefined)
      await written
    },
    written: () => writing,
  }
}

/** A run whose files cannot be read stands in the list with what is wrong, so that it can be looked at or discarded. */
function damaged(project: string, folder: string, error: unknown): { summary: RunSummary; about: AboutRun } {
  if (!(error instanceof TuneDeskError)) throw error
  const { code, parameters } = error
  const settings = createSettings({})
  const [name, createdAt] = [basename(folder), new Date(0).toISOString()]
  const about: AboutRun = {
    version: 1,
    name,
    createdAt,
    state: 'failed',
    model: { id: '', name: '', parameterCount: 0 },
    settings,
    rows: null,
    heldOutRows: null,
    maxSteps: null,
    problem: { code, parameters },
  }
  const summary: RunSummary = {
    id: name,
    project,
    folder,
    name,
    phase: 'failed',
    createdAt,
    model: { name: '', parameterCount: 0 },
    settings,
    rows: 0,
    heldOutRows: 0,
    step: 0,
    maxSteps: 0,
    epoch: 0,
    seconds: 0,
    tokenised: null,
    secondsLeft: null,
    loss: null,
    evalLoss: null,
    safeStep: null,
    problem: about.problem,
    verdict: null,
    adapterBytes: null,
  }
  return { summary, about }
}
