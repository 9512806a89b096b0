import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { bookEntry } from '../../contract/bookEntry.ts'
import { TuneDeskError } from '../../contract/error.ts'
import { RUN_FILE } from '../../engine/7-record/runDescription.ts'
import { ABOUT_FILE, WAITING_ROWS_FOLDER } from '../../engine/7-record/openRun.ts'
import { exists, nodeFileSystem } from '../../files/fileSystem.ts'
import type { JobEvent } from '../../jobs/jobs.ts'
import { modelFolderOf } from '../../jobs/model.ts'
import type { ServiceContext } from '../backend.ts'
import { tokenCacheFolder } from '../dataFolder.ts'
import type { Clock } from '../clock.ts'
import { readDetails, readRun } from './runFolder.ts'
import type { RunEntry } from './runList.ts'

/** How a run is carried out: from its beginning, from its newest checkpoint, or from there to its end without training further. */
type Kind = 'train' | 'resume' | 'finish'

interface Task {
  entry: RunEntry
  kind: Kind
}

/** How long an end waits for the next step boundary and a checkpoint; a step of a large model takes most of a minute. */
const LONGEST_STOP_MS = 120_000

/** Carries runs out one after the other, in the engine's process. */
export interface TrainingQueue {
  /** Puts a run at the queue's end. */
  add(entry: RunEntry, kind: Kind): Promise<void>
  pause(entry: RunEntry): Promise<void>
  /** @throws TuneDeskError runs/nothing-saved where there is no checkpoint to keep */
  keep(entry: RunEntry): Promise<void>
  /** @throws TuneDeskError runs/finished */
  resume(entry: RunEntry): Promise<void>
  /** Nothing is carried out of this run any more, or will be. */
  drop(entry: RunEntry): Promise<void>
  stopProject(project: string): Promise<void>
  /** The run that is carried out now, and those that wait. */
  runs(): RunEntry[]
  /** Whether a run is carried out now. */
  isBusy(): boolean
  close(): Promise<void>
}

export function createTrainingQueue(
  { engines, platform, resources, dataFolder }: Pick<ServiceContext, 'engines' | 'platform' | 'resources' | 'dataFolder'>,
  { clock, before }: { clock: Clock; /** What must be over before the engine trains. */ before: () => Promise<void> },
): TrainingQueue {
  const cache = tokenCacheFolder(dataFolder)
  let waiting: Task[] = []
  let current: (Task & { controller: AbortController; done: Promise<void> }) | null = null
  let isClosed = false
  let holdsSleep = false

  const isCurrent = (entry: RunEntry): boolean => current?.entry === entry
  const isWaiting = (entry: RunEntry): boolean => waiting.some((task) => task.entry === entry)

  function next(): void {
    if (current || isClosed) return
    const task = waiting.shift()
    if (holdsSleep !== Boolean(task)) platform.holdSleep((holdsSleep = Boolean(task)))
    if (!task) return
    const controller = new AbortController()
    const done = carryOut(task, controller.signal).finally(() => {
      current = null
      next()
    })
    current = { ...task, controller, done }
  }

  /** Never rejects: what goes wrong becomes the run's problem. */
  async function carryOut({ entry, kind }: Task, signal: AbortSignal): Promise<void> {
    const { live } = entry
    const { project, folder, safeStep } = live.summary
    try {
      const from = kind === 'train' ? { log: [], metrics: [], samples: [] } : await readDetails(folder)
      live.beginSitting(from, safeStep ?? 0)
      live.change({ phase: signal.aborted ? 'stopping' : 'preparing', step: safeStep ?? 0, problem: null })
      await entry.write({ state: 'going', problem: null })
      const { reason } = await compute(entry, kind, signal)
      if (signal.reason !== 'discard') await entry.write({ state: 'paused' })
      live.endSitting(reason === 'finished' || signal.reason !== 'discard' ? (await readRun(project, folder)).summary : {})
    } catch (error) {
      if (signal.aborted && error === signal.reason) {
        // The engine ended before the run had begun in it.
        await entry.write({ state: 'paused' }).catch(() => undefined)
        live.endSitting({ phase: 'paused' })
        return
      }
      const problem = bookEntry(error)
      // An engine that ended leaves the run as a crash of the app would.
      const isInterrupted = problem.code === 'engine/ended'
      await entry.write(isInterrupted ? { state: 'going' } : { state: 'failed', problem }).catch(() => undefined)
      const read = await readRun(project, folder).catch(() => null)
      live.endSitting({ ...read?.summary, phase: isInterrupted ? 'interrupted' : 'failed', problem })
    }
  }

  async function compute(entry: RunEntry, kind: Kind, signal: AbortSignal): Promise<{ reason: 'finished' | 'stopped' }> {
    const { live, about } = entry
    const { folder, settings } = live.summary
    const waitingRows = join(folder, WAITING_ROWS_FOLDER)
    // None of it is worth ending a run for, but all of it is over when the run is.
    const tidying: Promise<unknown>[] = []
    const onEvent = (event: JobEvent<'train'>): void => {
      live.hear(event)
      if (event.kind === 'begin') {
        const { rows, heldOutRows } = event.run
        tidying.push(entry.write({ rows, heldOutRows }), rm(waitingRows, { recursive: true, force: true }))
      }
      if (event.kind === 'start') tidying.push(entry.write({ maxSteps: event.maxSteps }))
    }
    const hooks = { onEvent, signal }
    try {
      await before()
      if (kind === 'finish') return await engines.training.run('finish', folder, hooks)
      const model = await modelFolderOf(about.model.id, resources)
      if (kind === 'resume') return await engines.training.run('resume', { folder, model, savesBetween: true, cache }, hooks)
      await removeLeftovers(folder)
      const request = { data: waitingRows, model, output: folder, settings, savesBetween: true, cache }
      return await engines.training.run('train', request, hooks)
    } finally {
      await Promise.allSettled(tidying)
    }
  }

  async function add(entry: RunEntry, kind: Kind): Promise<void> {
    await entry.write({ state: 'queued' })
    waiting.push({ entry, kind })
    entry.live.change({ phase: 'queued', problem: null })
    next()
  }

  function abort(reason: 'pause' | 'keep' | 'discard'): void {
    current?.controller.abort(reason)
    current?.entry.live.change({ phase: 'stopping' })
  }

  async function pauseWithinBound(): Promise<void> {
    if (!current) return
    const { done } = current
    abort('pause')
    let cancel = (): void => undefined
    const tooLong = new Promise<void>((resolve) => (cancel = clock.after(LONGEST_STOP_MS, resolve)))
    await Promise.race([done, tooLong])
    cancel()
  }

  return {
    add,
    async pause(entry) {
      if (current && isCurrent(entry)) {
        abort('pause')
      } else if (isWaiting(entry)) {
        waiting = waiting.filter((task) => task.entry !== entry)
        await entry.write({ state: 'paused' })
        entry.live.change({ phase: 'paused' })
      }
    },
    async keep(entry) {
      const { phase, safeStep, folder } = entry.live.summary
      if (current && isCurrent(entry) && !current.controller.signal.aborted) {
        abort('keep')
        return
      }
      if (phase === 'finished' || (current && isCurrent(entry) && current.controller.signal.reason === 'keep')) return
      // A pause that is on its way comes to its checkpoint first.
      if (!isCurrent(entry) && safeStep === null) throw new TuneDeskError('runs/nothing-saved', { folder })
      waiting = waiting.filter((task) => task.entry !== entry)
      if (isCurrent(entry)) waiting.unshift({ entry, kind: 'finish' })
      else await add(entry, 'finish')
    },
    async resume(entry) {
      const { phase, folder } = entry.live.summary
      if (phase === 'finished') throw new TuneDeskError('runs/finished', { folder })
      if (isWaiting(entry)) return
      if (current && isCurrent(entry)) {
        // Changed their mind while it stops: it goes on from the checkpoint that it stops with.
        if (current.controller.signal.reason === 'pause') waiting.unshift({ entry, kind: 'resume' })
        return
      }
      await add(entry, (await exists(join(folder, RUN_FILE), nodeFileSystem)) ? 'resume' : 'train')
    },
    async drop(entry) {
      waiting = waiting.filter((task) => task.entry !== entry)
      if (current && isCurrent(entry)) {
        const { done } = current
        abort('discard')
        await done
      }
      await entry.written()
    },
    async stopProject(project) {
      waiting = waiting.filter((task) => task.entry.live.summary.project !== project)
      if (current?.entry.live.summary.project === project) await pauseWithinBound()
    },
    runs: () => [...(current ? [current] : []), ...waiting].map(({ entry }) => entry),
    isBusy: () => current !== null,
    async close() {
      isClosed = true
      await pauseWithinBound()
      if (holdsSleep) platform.holdSleep((holdsSleep = false))
    },
  }
}

/** Files of a beginning that was cut off before the run was one. */
async function removeLeftovers(folder: string): Promise<void> {
  for (const name of await readdir(folder))
    if (name !== ABOUT_FILE && name !== WAITING_ROWS_FOLDER) await rm(join(folder, name), { recursive: true, force: true })
}
