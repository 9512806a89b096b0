import type { Clock } from './clock.ts'

/** What changes often crosses to the window at most ten times a second. */
const INTERVAL_MS = 100

/** Does something often, but never too often. */
export interface Pacer {
  /** At once where the last time is long enough ago, else when it is. */
  soon(): void
  /** At once. */
  now(): void
  readonly isWaiting: boolean
}

export function createPacer(clock: Clock, work: () => void): Pacer {
  let takeBack: (() => void) | null = null
  let last = -Infinity
  const now = (): void => {
    takeBack?.()
    takeBack = null
    last = clock.now()
    work()
  }
  return {
    now,
    soon() {
      if (takeBack) return
      const wait = last + INTERVAL_MS - clock.now()
      if (wait <= 0) now()
      else takeBack = clock.after(wait, now)
    },
    get isWaiting() {
      return takeBack !== null
    },
  }
}
