/** Outputs that are thrown away until every bit of the seed has reached every bit of the state. */
const WARM_UP = 12

/**
 * Chris Doty-Humphrey's sfc32 ("small fast counter", of PractRand): three words of state and a counter, about two nanoseconds a number.
 * @param a, b, c the seed, 32 bits each
 * @returns a function that gives the next unsigned 32-bit number
 */
export function smallFastCounter(a: number, b: number, c: number): () => number {
  let counter = 1
  const next = (): number => {
    const sum = (a + b + counter++) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (((c << 21) | (c >>> 11)) + sum) | 0
    return sum >>> 0
  }
  for (let i = 0; i < WARM_UP; i++) next()
  return next
}
