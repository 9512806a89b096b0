import type { ModelConfig } from '../4-graph/config.ts'
import { rotaryFrequencies } from '../4-graph/rope.ts'

export interface RotaryTables {
  /** Cosine and sine of each token's rotation. Both [N, 1, head], the frequencies twice: once a half. */
  tables(positions: Int32Array): { cosine: Float32Array; sine: Float32Array }
}

/** Rounded to float32 where transformers computes in float32: frequency, angle, table. */
export function createRotaryTables({ rope, headSize }: ModelConfig): RotaryTables {
  const { inverseFrequencies, attentionFactor } = rotaryFrequencies(rope, headSize)
  const half = headSize / 2
  let known = { cosine: new Float32Array(), sine: new Float32Array() }

  function extend(length: number): void {
    known = { cosine: new Float32Array(length * headSize), sine: new Float32Array(length * headSize) }
    for (let position = 0; position < length; position++)
      for (let i = 0; i < headSize; i++) {
        const angle = Math.fround(position * Math.fround(inverseFrequencies[i % half] ?? NaN))
        known.cosine[position * headSize + i] = Math.cos(angle) * attentionFactor
        known.sine[position * headSize + i] = Math.sin(angle) * attentionFactor
      }
  }

  return {
    tables(positions) {
      const longest = positions.reduce((a, b) => Math.max(a, b), 0) + 1
      if (longest * headSize > known.cosine.length) extend(longest)
      const pick = (table: Float32Array): Float32Array => {
        const picked = new Float32Array(positions.length * headSize)
        positions.forEach((position, i) => {
          picked.set(table.subarray(position * headSize, (position + 1) * headSize), i * headSize)
        })
        return picked
      }
      return { cosine: pick(known.cosine), sine: pick(known.sine) }
    },
  }
}
