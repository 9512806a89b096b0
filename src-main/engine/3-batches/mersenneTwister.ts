const STATE_WORDS = 624
const SHIFT_WORDS = 397

/**
 * MT19937 as `torch.Generator` on the CPU runs it (Matsumoto and Nishimura 1998; ATen/core/MT19937RNGEngine.h).
 * @param seed a non-negative integer; as in torch only its low 32 bits count
 * @returns a function that gives the next unsigned 32-bit number
 */
export function mersenneTwister(seed: number): () => number {
  if (!Number.isSafeInteger(seed) || seed < 0) throw new RangeError(`a seed is an integer from 0 to 2^53 - 1, not ${seed}`)
  const state = new Uint32Array(STATE_WORDS)
  const word = (index: number): number => state[index % STATE_WORDS] ?? 0
  state[0] = seed % 2 ** 32
  for (let index = 1; index < STATE_WORDS; index++) {
    const before = word(index - 1)
    state[index] = Math.imul(1812433253, before ^ (before >>> 30)) + index
  }

  const renew = (): void => {
    for (let index = 0; index < STATE_WORDS; index++) {
      const mixed = (word(index) & 0x80000000) | (word(index + 1) & 0x7fffffff)
      state[index] = word(index + SHIFT_WORDS) ^ (mixed >>> 1) ^ (mixed & 1 ? 0x9908b0df : 0)
    }
  }

  let next = STATE_WORDS
  return () => {
    if (next === STATE_WORDS) {
      renew()
      next = 0
    }
    let value = word(next++)
    value ^= value >>> 11
    value ^= (value << 7) & 0x9d2c5680
    value ^= (value << 15) & 0xefc60000
    value ^= value >>> 18
    return value >>> 0
  }
}
