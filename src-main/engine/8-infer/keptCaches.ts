import type { TokenId } from '../2-tokens/tokenisedRow.ts'
import { copyBeginning, createKeyValueCache, type CacheShape, type KeyValueCache } from './keyValueCache.ts'

/** So many texts are remembered: a conversation and one beside it, or as it was before a question was edited. */
const KEPT = 2

/** Caches of the texts that were read last, so that the next one need not be read from its first token on. */
export interface KeptCaches {
  /**
   * A cache that holds the longest beginning of `ids` that any holds, but never all of them: the last one is read for what follows it.
   * Nobody else gets it until it is given back.
   */
  take(ids: readonly TokenId[]): KeyValueCache
  giveBack(cache: KeyValueCache): void
}

export function keepCaches(shape: CacheShape): KeptCaches {
  /** The one used last stands last. */
  const kept: KeyValueCache[] = []
  const taken = new Set<KeyValueCache>()

  return {
    take(ids) {
      let best: KeyValueCache | null = null
      let length = 0
      for (const cache of kept) {
        const common = Math.min(commonLength(cache.ids, ids), ids.length - 1)
        if (common > length) [best, length] = [cache, common]
      }
      const unused = kept.filter((cache) => !taken.has(cache))
      // A text that goes on, or whose end was edited, keeps its place; one that only begins alike gets another, so that both are remembered.
      const goesOn = best !== null && !taken.has(best) && 2 * length >= best.ids.length
      const oldest = kept.length < KEPT ? undefined : unused[0]
      const cache = (goesOn ? best : oldest) ?? createKeyValueCache(shape)
      if (best === null || best === cache) cache.ids.length = length
      else copyBeginning(best, cache, length)
      if (!kept.includes(cache)) kept.push(cache)
      taken.add(cache)
      return cache
    },
    giveBack(cache) {
      taken.delete(cache)
      kept.push(...kept.splice(kept.indexOf(cache), 1))
      const oldest = kept.find((each) => !taken.has(each))
      if (kept.length > KEPT && oldest) kept.splice(kept.indexOf(oldest), 1)
    },
  }
}

function commonLength(a: readonly TokenId[], b: readonly TokenId[]): number {
  const most = Math.min(a.length, b.length)
  let length = 0
  while (length < most && a[length] === b[length]) length++
  return length
}
