import { cp, mkdir, readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { RunId, RunSummary } from '../contract/areas/runs.ts'
import { TuneDeskError } from '../contract/error.ts'
import { planSettings } from '../contract/planSettings.ts'
import { createSettings } from '../contract/trainingSettings.ts'
import { WAITING_ROWS_FOLDER } from '../engine/7-record/openRun.ts'
import { folderBytes } from '../files/folderBytes.ts'
import { writeFileAtomically } from '../files/atomicFile.ts'
import { ROWS_FILE, SPLITS_FILE } from '../engine/1-dataset/project/projectFiles.ts'
import { readSplits } from '../engine/1-dataset/project/readProject.ts'
import { describeModel, modelFolderOf, STARTER } from '../jobs/model.ts'
import type { ServiceContext } from './backend.ts'
import { systemClock, type Clock } from './clock.ts'
import type { HandlersOf } from './handlersOf.ts'
import type { Learned } from './learns.ts'
import type { OpenProjects } from './projects.ts'
import type { AboutRun } from './runs/aboutFile.ts'
import { estimateRun } from './runs/estimateRun.ts'
import { LiveRun } from './runs/liveRun.ts'
import { readDetails, readVerdict } from './runs/runFolder.ts'
import { createRunList } from './runs/runList.ts'
import { savePicture } from './runs/savePicture.ts'
import { createTrainingQueue } from './runs/trainingQueue.ts'

interface RunsOptions {
  /** Brings what the rows' service has in memory into the project's files. */
  flushRows: (project: string) => Promise<void>
  /** What is known of the project's rows when all of them are tokenised. */
  learned: (project: string) => Promise<Learned>
  /** Of the window's words. */
  language: () => 'en' | 'zh'
  clock?: Clock
}

interface Runs {
  handlers: HandlersOf<'runs'>
  /** After a run was tested: the window hears of the verdict. */
  refreshVerdict(project: string, run: RunId): Promise<void>
  /** Ids of the models of the runs that are carried out or wait, as projects' plans name them. */
  modelsInUse(): string[]
  /** A training stops at its next step boundary, with a checkpoint. */
  close(): Promise<void>
}

/** The runs of open projects. A run's own files are the truth about it; one is carried out at a time, the others wait. */
export function createRuns(context: ServiceContext, projects: OpenProjects, options: RunsOptions): Runs {
  const { clock = systemClock, flushRows, learned } = options
  const list = createRunList(projects, (summary) => new LiveRun(summary, clock, (change) => context.emit('runs.changed', change)))
  const measurement = createMeasurement()
  const queue = createTrainingQueue(context, { clock, before: measurement.end })
  let gigaflops: number | null = null

  projects.onClose(async (project) => {
    await queue.stopProject(project)
    list.forget(project)
  })

  async function beginRun(
    project: string,
    { name, settings: given }: { name?: string | undefined; settings?: { loss_on: 'answer' | 'everything' } | undefined },
  ): Promise<RunSummary> {
    const { plan } = projects.require(project)
    await flushRows(project)
    const hasHeldOutRows = ((await readSplits(project)) ?? []).length > 0
    const settings = createSettings({ ...planSettings(plan, hasHeldOutRows), ...given })
    const model = await describeModel(await modelFolderOf(plan.model, context.resources))
    const { id, number, folder } = await newRunFolder(join(project, 'runs'))
    const about: AboutRun = {
      version: 1,
      name: name ?? `#${number}`,
      createdAt: new Date().toISOString(),
      state: 'queued',
      model: {
        id: plan.model,
        name: plan.model === STARTER ? STARTER : model.name,
        parameterCount: model.parameterCount,
      },
      settings,
      rows: null,
      heldOutRows: null,
      maxSteps: null,
      problem: null,
    }
    try {
      await copyRows(project, join(folder, WAITING_ROWS_FOLDER))
      const entry = await list.add(project, id, about)
      await queue.add(entry, 'train')
      return entry.live.summary
    } catch (error) {
      // Without a run in it, the folder would stand in the list as a damaged one.
      await rm(folder, { recursive: true, force: true })
      list.remove(project, id)
      throw error
    }
  }

  return {
    handlers: {
      'runs.list': async ({ project }) => (await list.all(project)).map(({ live }) => live.summary),
      async 'runs.open'({ project, run }) {
        const { live } = await list.find(project, run)
        const read = live.details ?? (await readDetails(live.summary.folder))
        return live.snapshot(live.details ?? read)
      },
      async 'runs.estimate'({ project, measure }) {
        const { plan } = projects.require(project)
        const { engines, resources } = context
        const rows = await learned(project)
        // Beside a training every measurement would be of half the computer.
        const isIdle = !queue.isBusy()
        if (isIdle || gigaflops === null) gigaflops = await engines.tokens.run('measureMatmul', undefined)
        const about = { project, plan, resources, learned: rows, gigaflops }
        if (!measure || queue.isBusy()) return estimateRun({ ...about, engine: engines.tokens, measure: false, signal: NEVER })
        return measurement.take((signal) => estimateRun({ ...about, engine: engines.training, measure: true, signal }))
      },
      'runs.start': ({ project, ...rest }) => beginRun(project, rest),
      async 'runs.pause'({ project, run }) {
        const entry = await list.find(project, run)
        await queue.pause(entry)
        return entry.live.summary
      },
      async 'runs.keep'({ project, run }) {
        const entry = await list.find(project, run)
        await queue.keep(entry)
        return entry.live.summary
      },
      async 'runs.resume'({ project, run }) {
        const entry = await list.find(project, run)
        await queue.resume(entry)
        return entry.live.summary
      },
      async 'runs.discard'({ project, run }) {
        const entry = await list.find(project, run)
        await queue.drop(entry)
        const { folder } = entry.live.summary
        const freed = await folderBytes(folder)
        await rm(folder, { recursive: true, force: true })
        list.remove(project, run)
        context.emit('runs.removed', { project, runId: run })
        return { freed }
      },
      async 'runs.rename'({ project, run, name }) {
        const entry = await list.find(project, run)
        await entry.write({ name })
        entry.live.change({ name })
        return entry.live.summary
      },
      async 'runs.merge'({ project, run, path }) {
        const { live } = await list.find(project, run)
        await context.engines.tokens.run('mergeAdapter', { adapter: live.summary.folder, output: path })
        return null
      },
      async 'runs.savePicture'({ project, run, format, path }) {
        const { live } = await list.find(project, run)
        const { log } = live.details ?? (await readDetails(live.summary.folder))
        await savePicture(log, { format, path, language: options.language() })
        return null
      },
    },
    async refreshVerdict(project, run) {
      const { live } = await list.find(project, run)
      live.change({ verdict: await readVerdict(live.summary.folder) })
    },
    modelsInUse: () => queue.runs().map(({ about }) => about.model.id),
    close: () => queue.close(),
  }
}

const NEVER = new AbortController().signal

/** Measurements before a training, one at a time; a training that begins ends the one that goes on. */
function createMeasurement() {
  let going: { ending: AbortController; done: Promise<unknown> } | null = null
  const end = async (): Promise<void> => {
    going?.ending.abort()
    await going?.done
  }
  return {
    end,
    async take<Value>(work: (signal: AbortSignal) => Promise<Value>): Promise<Value> {
      while (going) await end()
      const ending = new AbortController()
      const value = work(ending.signal)
      const done = value.then(
        () => (going = null),
        () => (going = null),
      )
      going = { ending, done }
      return value
    },
  }
}

/** `run-7`, behind the highest number that is there. */
async function newRunFolder(runs: string): Promise<{ id: RunId; number: number; folder: string }> {
  await mkdir(runs, { recursive: true })
  const numbers = (await readdir(runs)).map((name) => Number(/^run-(\d+)$/.exec(name)?.[1] ?? 0))
  for (let number = Math.max(0, ...numbers) + 1; ; number++) {
    const id = `run-${number}`
    const folder = join(runs, id)
    try {
      await mkdir(folder)
      return { id, number, folder }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
  }
}

/** The rows as they are now wait with the run: whatever happens to the project's until it begins, these are what it learns. */
async function copyRows(project: string, waiting: string): Promise<void> {
  await mkdir(waiting)
  const rows = await readFile(join(project, ROWS_FILE)).catch(() => {
    throw new TuneDeskError('dataset/empty', { file: ROWS_FILE })
  })
  await writeFileAtomically(join(waiting, ROWS_FILE), rows)
  await cp(join(project, SPLITS_FILE), join(waiting, SPLITS_FILE)).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  })
}
