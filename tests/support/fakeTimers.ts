import type { Timers } from '../../src-main/host/timers.ts'

/** Time that passes when a test says so. */
export interface FakeTimers extends Timers {
  /** What falls due on the way is carried out in its order. */
  pass(seconds: number): void
}

export function fakeTimers(): FakeTimers {
  let now = 0
  const due = new Map<object, { at: number; interval: number | null; work: () => void }>()
  const add = (milliseconds: number, interval: number | null, work: () => void) => {
    const key = {}
    due.set(key, { at: now + milliseconds, interval, work })
    return () => void due.delete(key)
  }
  return {
    now: () => now,
    every: (milliseconds, work) => add(milliseconds, milliseconds, work),
    after: (milliseconds, work) => add(milliseconds, null, work),
    pass(seconds) {
      const end = now + seconds * 1000
      for (;;) {
        const [next] = [...due].filter(([, { at }]) => at <= end).sort(([, a], [, b]) => a.at - b.at)
        if (!next) break
        const [key, timer] = next
        now = timer.at
        if (timer.interval === null) due.delete(key)
        else timer.at += timer.interval
        timer.work()
      }
      now = end
    },
  }
}
