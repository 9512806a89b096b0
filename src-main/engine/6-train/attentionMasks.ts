import type { Executor, Tensor } from '../5-exec/executor.ts'

/** float32's lowest number, as transformers masks: finite, so that no sum with it is NaN. */
const LOWEST = -3.4028234663852886e38
/** Elements of all masks together; 64 MB. */
const CAPACITY = 16 * 1024 * 1024

/** Causal masks, made when they are first asked for. */
export interface AttentionMasks {
  /**
   * Of the last Q tokens of T: [Q, T], 0 where the token of the row may see that of the column, else the lowest number.
   * @param window how far back a token sees, itself included
   */
  mask(queries: number, keys: number, window: number | null): Tensor
}

export function createAttentionMasks(executor: Executor): AttentionMasks {
  const masks = new Map<string, Tensor>()
  let elements = 0
  return {
    mask(queries, keys, window) {
      const reach = window === null || window >= keys ? keys : window
      const name = `${queries}/${keys}/${reach}`
      const known = masks.get(name)
      if (known) return known
      if (elements + queries * keys > CAPACITY) {
        executor.release(...masks.values())
        masks.clear()
        elements = 0
      }
      const data = new Float32Array(queries * keys).fill(LOWEST)
      for (let row = 0; row < queries; row++) {
        const token = keys - queries + row
        data.fill(0, row * keys + Math.max(0, token + 1 - reach), row * keys + token + 1)
      }
      const mask = executor.upload(data, [queries, keys])
      masks.set(name, mask)
      elements += queries * keys
      return mask
    },
  }
}
