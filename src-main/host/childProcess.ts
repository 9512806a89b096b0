import type { Order, Report } from './messages.ts'

/** A process that computes, as far as the host has to do with it: Node's, Electron's, or a test's. Messages are copied by structured clone. */
export interface ChildProcessLike {
  /** As the system numbers it; undefined before it has started and where it could not. */
  readonly pid: number | undefined
  /** To a process that is gone: nothing. @throws DataCloneError where the message cannot be copied */
  post(order: Order): void
  onMessage(listener: (report: Report) => void): void
  /** Called once, behind the last message, also where it could not start. `how` is a signal's name or an exit code, for the error's sentence. */
  onExit(listener: (how: string) => void): void
  /** Ends it at once, whatever it is doing. */
  kill(): void
}

/** Starts a process that serves jobs. `log` is told what it prints. */
export type SpawnEngine = (log: (text: string) => void) => ChildProcessLike
