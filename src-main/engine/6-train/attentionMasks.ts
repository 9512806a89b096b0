import type { Executor, Tensor } from '../5-exec/executor.ts'

/** float32's lowest number, as transformers masks: finite, so that no sum with it is NaN. */
const LOWEST = -3.4028234663852886e38
/** Elements of all masks together; 64 MB. */
const CAPACITY = 16 * 1024 * 1024

/** Causal masks, made when a length is first met. */
export interface AttentionMasks {
  /** [T, T]: 0 where the token of the row may see that of the column, else the lowest number. `window`: how far back, itself included. */
  mask(length: number, window: number | null): Tensor
}

export function createAttentionMasks(executor: Executor): AttentionMasks {
  const masks = new Map<string, Tensor>()
  let elements = 0
  return {
    mask(length, window) {
      const reach = window === null || window >= length ? length : window
      const key = `${length}/${reach}`
      const known = masks.get(key)
      if (known) return known
      if (elements + length * length > CAPACITY) {
        executor.release(...masks.values())
        masks.clear()
        elements = 0
      }
      const data = new Float32Array(length * length).fill(LOWEST)
      for (let row = 0; row < length; row++) data.fill(0, row * length + Math.max(0, row + 1 - reach), row * length + row + 1)
      const mask = executor.upload(data, [length, length])
      masks.set(key, mask)
      elements += length * length
      return mask
    },
  }
}
