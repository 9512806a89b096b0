import type { ChildProcessLike, SpawnEngine } from '../../src-main/host/childProcess.ts'
import type { Order, Report } from '../../src-main/host/messages.ts'
import { serveJobs } from '../../src-main/host/serveJobs.ts'
import type { Timers } from '../../src-main/host/timers.ts'
import type { JobHooks } from '../../src-main/jobs/jobs.ts'

type TestJobs = Record<string, (argument: never, hooks: JobHooks<unknown>) => Promise<unknown>>

/** The engine's side in this very process, with a test's jobs: messages are copied and arrive later, as between processes. */
export interface PairedChild {
  spawn: SpawnEngine
  /** Of each process that was started: ends it as if it had died, or keeps it from saying anything more. */
  lives: { die: (how: string) => void; fallSilent: () => void; isOver: boolean }[]
}

export function pairedChild(jobs: TestJobs, timers: Timers): PairedChild {
  const lives: PairedChild['lives'] = []
  const spawn = (): ChildProcessLike => {
    const onMessage: ((report: Report) => void)[] = []
    const onOrder: ((order: Order) => void)[] = []
    const onExit: ((how: string) => void)[] = []
    let isSilent = false
    const life = {
      isOver: false,
      fallSilent: () => void (isSilent = true),
      die(how: string) {
        if (life.isOver) return
        life.isOver = true
        for (const listener of onExit) listener(how)
      },
    }
    lives.push(life)
    const deliver = <Message>(message: Message, listeners: ((message: Message) => void)[]): void => {
      const copy = structuredClone(message)
      queueMicrotask(() => {
        if (!life.isOver && !isSilent) for (const listener of listeners) listener(copy)
      })
    }
    const channel = {
      post: (report: Report) => deliver(report, onMessage),
      onMessage: (listener: (order: Order) => void) => void onOrder.push(listener),
    }
    serveJobs(channel, jobs as never, timers)
    return {
      pid: lives.length,
      post: (order) => deliver(order, onOrder),
      onMessage: (listener) => void onMessage.push(listener),
      onExit: (listener) => void onExit.push(listener),
      kill: () => life.die('SIGKILL'),
    }
  }
  return { spawn, lives }
}
