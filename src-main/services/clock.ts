/** Time, as services see it; a test has one of its own. */
export interface Clock {
  /** Milliseconds since any moment. */
  now(): number
  /** Does something later, once. @returns what takes it back */
  after(milliseconds: number, work: () => void): () => void
}

export const systemClock: Clock = {
  now: () => performance.now(),
  after(milliseconds, work) {
    const timer = setTimeout(work, milliseconds)
    return () => clearTimeout(timer)
  },
}
