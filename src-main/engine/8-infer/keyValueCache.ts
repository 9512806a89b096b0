import type { TokenId } from '../2-tokens/tokenisedRow.ts'

/** Room grows by so many tokens: onnxruntime's attention clears all of it with every token, so there is little more than is needed. */
const STEP = 256

/** A cache's arrays: how many, and the size of each but for the number of tokens. */
export interface CacheShape {
  arrays: number
  heads: number
  headSize: number
}

/** Keys and values of the tokens that were read. They are written in place: to go on from an earlier token, cut off what is behind it. */
export interface KeyValueCache {
  readonly shape: CacheShape
  /** The tokens that it holds, in order. */
  ids: TokenId[]
  /** How many tokens there is room for. */
  capacity: number
  /** Each [heads, capacity, head size], the rows from `ids.length` on without meaning; other arrays after `reserve` made room. */
  arrays: Float32Array<ArrayBuffer>[]
}

export const createKeyValueCache = (shape: CacheShape): KeyValueCache => ({
  shape,
  ids: [],
  capacity: 0,
  arrays: Array.from({ length: shape.arrays }, () => new Float32Array()),
})

/** Makes room for `tokens` more tokens. */
export function reserve(cache: KeyValueCache, tokens: number): void {
  const needed = cache.ids.length + tokens
  if (needed <= cache.capacity) return
  const { heads, headSize } = cache.shape
  const grown = { ...cache, capacity: Math.ceil(needed / STEP) * STEP }
  grown.arrays = cache.arrays.map(() => new Float32Array(heads * grown.capacity * headSize))
  copyTokens(cache, grown, cache.ids.length)
  Object.assign(cache, grown)
}

/**
 * Puts tokens behind those that are there. There must be room.
 * @param rows of each array, [heads, ids, head size]
 */
export function append(cache: KeyValueCache, ids: readonly TokenId[], rows: readonly Float32Array[]): void {
  const { shape, arrays, capacity } = cache
  const size = ids.length * shape.headSize
  arrays.forEach((array, i) => {
    const fresh = rows[i]
    if (fresh?.length !== shape.heads * size) throw new Error(`rows of ${shape.heads * size} numbers expected`)
    for (let head = 0; head < shape.heads; head++)
      array.set(fresh.subarray(head * size, (head + 1) * size), (head * capacity + cache.ids.length) * shape.headSize)
  })
  for (const id of ids) cache.ids.push(id)
}

/** Makes `to` hold the first `length` tokens of `from`, and nothing else. */
export function copyBeginning(from: KeyValueCache, to: KeyValueCache, length: number): void {
  to.ids = []
  reserve(to, length)
  copyTokens(from, to, length)
  to.ids = from.ids.slice(0, length)
}

function copyTokens(from: KeyValueCache, to: KeyValueCache, length: number): void {
  const { heads, headSize } = from.shape
  to.arrays.forEach((array, i) => {
    for (let head = 0; head < heads; head++) {
      const start = head * from.capacity * headSize
      const rows = from.arrays[i]?.subarray(start, start + length * headSize)
      if (rows) array.set(rows, head * to.capacity * headSize)
    }
  })
}
