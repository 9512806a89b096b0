import { bookEntry } from '../contract/bookEntry.ts'
import type { JobHooks, JobName } from '../jobs/jobs.ts'
import type { Failure, Order, Report } from './messages.ts'
import type { Timers } from './timers.ts'

/** The way back to the process that asked. */
export interface ParentChannel {
  /** @throws DataCloneError where the message cannot be copied */
  post(report: Report): void
  onMessage(listener: (order: Order) => void): void
}

/** A job as it is served: which one the name stands for, only its sender's types know. */
type Work = (argument: unknown, hooks: JobHooks<unknown>) => Promise<unknown>

const HEARTBEAT_MILLISECONDS = 1000

/**
 * Carries out what comes over the channel, in the engine's process, jobs side by side, and tells each second that the process lives: from its
 * event loop, so that a process that is stuck does not.
 */
export function serveJobs(channel: ParentChannel, jobs: Record<JobName, unknown>, timers: Timers): void {
  const going = new Map<number, { controller: AbortController; done: Promise<void> }>()
  const tellAlive = (): void => channel.post({ kind: 'alive' })

  const carryOut = async (job: number, name: JobName, argument: unknown, { signal }: AbortController): Promise<void> => {
    try {
      const work = jobs[name] as Work
      const onEvent = (event: unknown): void => channel.post({ kind: 'event', job, event })
      channel.post({ kind: 'value', job, value: await work(argument, { onEvent, signal }) })
    } catch (error) {
      if (signal.aborted && error === signal.reason) channel.post({ kind: 'aborted', job })
      else channel.post({ kind: 'failure', job, failure: failureOf(error) })
    } finally {
      going.delete(job)
    }
  }

  timers.every(HEARTBEAT_MILLISECONDS, tellAlive)
  tellAlive()
  channel.onMessage((order) => {
    switch (order.kind) {
      case 'begin': {
        const controller = new AbortController()
        going.set(order.job, { controller, done: carryOut(order.job, order.name, order.argument, controller) })
        break
      }
      case 'abort':
        going.get(order.job)?.controller.abort(order.word)
        break
      case 'end':
        for (const { controller } of going.values()) controller.abort()
        void Promise.all([...going.values()].map(({ done }) => done)).then(() => channel.post({ kind: 'ended' }))
        break
      default:
        order satisfies never
    }
  })
}

function failureOf(error: unknown): Failure {
  return { ...bookEntry(error), stack: error instanceof Error ? (error.stack ?? error.message) : String(error) }
}
