import { TuneDeskError } from '../contract/error.ts'
import type { ChildProcessLike, SpawnEngine } from './childProcess.ts'
import type { Engine, EngineHooks } from './engine.ts'
import type { Failure, Report } from './messages.ts'
import { createRestartBudget } from './restartBudget.ts'
import { systemTimers, type Timers } from './timers.ts'

export interface EngineOptions {
  spawn: SpawnEngine
  /** Told of what is for whoever looks after the program: stacks, what the process prints, its unexpected ends. */
  log?: (text: string) => void
  timers?: Timers
  /**
   * Without a sign of life for so long a process counts as hung and is killed. Native work holds up its event loop: reading a large model from a
   * slow disk, one operation of it on a slow processor or in memory that is being swapped. A process that really hangs is rare; to kill
   * one that does not would lose the steps since its last checkpoint each time.
   */
  hungAfterSeconds?: number
  /** A process without jobs ends after so long, and gives its memory back; null keeps it. */
  idleAfterSeconds?: number | null
  /** How long jobs may take to end in an orderly way when the engine is closed. */
  closeWithinSeconds?: number
}

const HUNG_AFTER_SECONDS = 300
const CLOSE_WITHIN_SECONDS = 60
const BEAT_MILLISECONDS = 1000

interface PendingJob {
  onEvent: (event: unknown) => void
  resolve: (value: unknown) => void
  reject: (error: unknown) => void
  signal: AbortSignal | undefined
}

/** One process from its start to its end. */
interface Life {
  child: ChildProcessLike
  jobs: Map<number, PendingJob>
  isAlive: boolean
  hasSpoken: boolean
  /** It was asked to end: its end is no surprise, and it gets no more jobs. */
  isEnding: boolean
  silentBeats: number
  stopBeating: () => void
  stopIdling: () => void
  ended: Promise<void>
  onEnded: () => void
}

/** An engine whose process is started by `spawn` with the first job, and again with the next one after it ended. */
export function createEngine(options: EngineOptions): Engine {
  const { spawn, log = () => undefined, timers = systemTimers } = options
  const { hungAfterSeconds = HUNG_AFTER_SECONDS, idleAfterSeconds = null, closeWithinSeconds = CLOSE_WITHIN_SECONDS } = options
  const budget = createRestartBudget(() => timers.now())
  /** The one that takes jobs, and those that are still on their way out. */
  let current: Life | null = null
  const lives = new Set<Life>()
  let isClosed = false
  let lastJob = 0

  /** @throws TuneDeskError engine/keeps-ending */
  function begin(): Life {
    budget.require()
    let onEnded = (): void => undefined
    const ended = new Promise<void>((resolve) => (onEnded = resolve))
    const life: Life = {
      child: spawn(log),
      jobs: new Map(),
      isAlive: true,
      hasSpoken: false,
      isEnding: false,
      silentBeats: 0,
      stopBeating: timers.every(BEAT_MILLISECONDS, () => beat(life)),
      stopIdling: () => undefined,
      ended,
      onEnded: () => onEnded(),
    }
    lives.add(life)
    life.child.onMessage((report) => receive(life, report))
    life.child.onExit((how) => finish(life, how))
    return life
  }

  /**
   * Silence is counted in our own beats, not by the clock: neither a computer that was asleep nor a busy process on our side makes
   * the other one look hung.
   */
  function beat(life: Life): void {
    life.silentBeats += 1
    if (life.silentBeats * BEAT_MILLISECONDS < hungAfterSeconds * 1000) return
    finish(life, `timeout: ${hungAfterSeconds} s`)
    life.child.kill()
  }

  function receive(life: Life, report: Report): void {
    life.hasSpoken = true
    life.silentBeats = 0
    if (report.kind === 'alive') return
    if (report.kind === 'ended') {
      life.child.kill()
      return
    }
    const job = life.jobs.get(report.job)
    if (!job) return
    if (report.kind === 'event') {
      try {
        job.onEvent(report.event)
      } catch (error) {
        // Whoever listens is broken: in one process the error would have ended the job.
        job.onEvent = () => undefined
        job.reject(error)
        life.child.post({ kind: 'abort', job: report.job })
      }
      return
    }
    life.jobs.delete(report.job)
    if (report.kind === 'value') job.resolve(report.value)
    else if (report.kind === 'aborted') job.reject(job.signal?.aborted ? job.signal.reason : closedError())
    else job.reject(errorOf(report.failure))
    idle(life)
  }

  function errorOf({ code, parameters, stack }: Failure): TuneDeskError {
    if (code === 'internal/unexpected') log(stack)
    const error = new TuneDeskError(code, parameters)
    error.stack = stack
    return error
  }

  function idle(life: Life): void {
    if (life.jobs.size > 0 || life.isEnding || idleAfterSeconds === null) return
    life.stopIdling = timers.after(idleAfterSeconds * 1000, () => askToEnd(life))
  }

  function askToEnd(life: Life): void {
    if (life.isEnding) return
    life.isEnding = true
    if (current === life) current = null
    life.stopIdling()
    life.child.post({ kind: 'end' })
    const stopWaiting = timers.after(closeWithinSeconds * 1000, () => life.child.kill())
    void life.ended.then(stopWaiting)
  }

  function finish(life: Life, how: string): void {
    if (!life.isAlive) return
    life.isAlive = false
    lives.delete(life)
    if (current === life) current = null
    life.stopBeating()
    life.stopIdling()
    if (!life.isEnding) {
      budget.note()
      log(`The engine's process ${life.child.pid} ended: ${how}, with ${life.jobs.size} jobs going on.`)
    }
    for (const { reject, signal } of life.jobs.values()) {
      // A Ctrl-C reaches this process and that one, which takes no notice of it from its first word on, but not before.
      if (signal?.aborted && !life.hasSpoken) reject(signal.reason)
      else reject(new TuneDeskError('engine/ended', { reason: how }))
    }
    life.jobs.clear()
    life.onEnded()
  }

  function give(
    life: Life,
    name: Parameters<Engine['run']>[0],
    argument: unknown,
    hooks: EngineHooks<typeof name>,
  ): Promise<unknown> {
    const { onEvent, signal } = hooks
    const job = ++lastJob
    const abort = (): void => {
      const word: unknown = signal?.reason
      life.child.post({ kind: 'abort', job, ...(typeof word === 'string' ? { word } : {}) })
    }
    life.stopIdling()
    const result = new Promise<unknown>((resolve, reject) => {
      life.jobs.set(job, { onEvent: (event) => onEvent?.(event), resolve, reject, signal })
    })
    try {
      life.child.post({ kind: 'begin', job, name, argument })
    } catch (error) {
      life.jobs.delete(job)
      idle(life)
      throw error
    }
    if (signal?.aborted) abort()
    else signal?.addEventListener('abort', abort)
    return result.finally(() => signal?.removeEventListener('abort', abort))
  }

  return {
    async run(name, argument, hooks = {}) {
      if (isClosed) throw closedError()
      current ??= begin()
      // What comes back is the value of the job of this name, which the messages' types do not say.
      return (await give(current, name, argument, hooks)) as never
    },
    async close() {
      isClosed = true
      for (const life of lives) askToEnd(life)
      await Promise.all([...lives].map(({ ended }) => ended))
    },
  }
}

const closedError = (): TuneDeskError => new TuneDeskError('engine/ended', { reason: 'closed' })
