import { createHash } from 'node:crypto'

/** A number in [0, 1) that depends on `key` alone: the same poem falls on the same side of a split, whatever stands around it. */
export function fractionOf(key: string): number {
  return createHash('sha256').update(key).digest().readUInt32BE(0) / 2 ** 32
}

/** A seeded source of numbers in [0, 1): sfc32 (Chris Doty-Humphrey, PractRand), started from the SHA-256 of the seed. */
export function randomSource(seed: string): () => number {
  const digest = createHash('sha256').update(seed).digest()
  let [a, b, c, counter] = [0, 4, 8, 12].map((offset) => digest.readInt32LE(offset)) as [number, number, number, number]
  return () => {
    const result = (((a + b) | 0) + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (((c << 21) | (c >>> 11)) + result) | 0
    return (result >>> 0) / 2 ** 32
  }
}

/** Samples of the standard normal distribution, two at a time (Box–Muller). */
export function normalSource(random: () => number): () => number {
  let spare: number | undefined
  return () => {
    if (spare !== undefined) {
      const sample = spare
      spare = undefined
      return sample
    }
    const radius = Math.sqrt(-2 * Math.log(1 - random()))
    const angle = 2 * Math.PI * random()
    spare = radius * Math.sin(angle)
    return radius * Math.cos(angle)
  }
}
