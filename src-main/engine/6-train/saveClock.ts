/** Checkpoints beyond the schedule take at most this share of the time. */
const SHARE = 1 / 20
/** And none comes sooner behind another. */
const LEAST_SECONDS = 5
/** How quickly the first one is written is not known yet: as a slow disk would. */
const FIRST_BYTES_PER_SECOND = 200e6

/** When to save so that little is lost when the computer goes off, and little time is spent on it: by how long the last checkpoint took. */
export interface SaveClock {
  begin(): void
  saved(): void
  isDue(): boolean
}

/**
 * @param clock in seconds
 * @param checkpointBytes how large one is
 */
export function createSaveClock(clock: () => number, checkpointBytes: number): SaveClock {
  const waitAfter = (seconds: number): number => Math.max(LEAST_SECONDS, seconds / SHARE)
  let wait = waitAfter(checkpointBytes / FIRST_BYTES_PER_SECOND)
  let begun = 0
  let last = clock()
  return {
    begin: () => void (begun = clock()),
    saved() {
      last = clock()
      wait = waitAfter(last - begun)
    },
    isDue: () => clock() - last >= wait,
  }
}
