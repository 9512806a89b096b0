/** So many of the newest steps say how quickly it goes. */
export const STEPS_OF_PACE = 50

/** What cannot be seen in the steps so far: other programs that begin, a processor that grows warm. */
const LEAST_SPREAD = 0.05

/**
 * How long a run will go on, as the range in which it ends nineteen times out of twenty if it goes on as it did: steps × (mean ± 2 standard errors
 * of a mean of few steps), and never narrower than a twentieth to either side.
 * @param seconds of the newest optimizer steps, from the end of one to the end of the next, with all that is done in between
 * @returns null while fewer than two steps are known
 */
export function secondsLeft(seconds: readonly number[], stepsLeft: number): { low: number; high: number } | null {
  const count = seconds.length
  if (stepsLeft <= 0) return { low: 0, high: 0 }
  if (count < 2) return null
  const mean = seconds.reduce((sum, value) => sum + value, 0) / count
  const variance = seconds.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (count - 1)
  // Of the mean so far, and of the mean of what is still to come.
  const error = 2 * Math.sqrt(variance / count + variance / stepsLeft)
  const spread = Math.max(error, LEAST_SPREAD * mean)
  return { low: stepsLeft * Math.max(0, mean - spread), high: stepsLeft * (mean + spread) }
}
