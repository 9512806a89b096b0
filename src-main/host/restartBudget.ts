import { TuneDeskError } from '../contract/error.ts'

/** So often within the window a process that ended by itself is started again. */
const MOST_RESTARTS = 5
const WINDOW_MINUTES = 10
const MINUTE = 60_000

/** Keeps a process that ends each time from being started for ever. */
export interface RestartBudget {
  /** It ended without being asked to. */
  note(): void
  /** @throws TuneDeskError engine/keeps-ending until enough of the window has passed */
  require(): void
}

/** @param now milliseconds, as of `Timers` */
export function createRestartBudget(now: () => number): RestartBudget {
  let ends: number[] = []
  return {
    note() {
      ends.push(now())
    },
    require() {
      ends = ends.filter((end) => now() - end < WINDOW_MINUTES * MINUTE)
      const [oldest] = ends
      if (oldest === undefined || ends.length <= MOST_RESTARTS) return
      const minutes = Math.ceil((oldest + WINDOW_MINUTES * MINUTE - now()) / MINUTE)
      throw new TuneDeskError('engine/keeps-ending', { times: ends.length, minutes })
    },
  }
}
