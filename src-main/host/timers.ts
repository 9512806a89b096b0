/** Time, handed in so that tests need not wait. */
export interface Timers {
  /** Milliseconds since any moment; never goes back. */
  now(): number
  /** @returns a function that ends it */
  every(milliseconds: number, work: () => void): () => void
  after(milliseconds: number, work: () => void): () => void
}

/** None of them keeps a process from ending. */
export const systemTimers: Timers = {
  now: () => performance.now(),
  every(milliseconds, work) {
    const timer = setInterval(work, milliseconds).unref()
    return () => clearInterval(timer)
  },
  after(milliseconds, work) {
    const timer = setTimeout(work, milliseconds).unref()
    return () => clearTimeout(timer)
  },
}
