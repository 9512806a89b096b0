import type { Tokenizer } from '../engine/2-tokens/openTokenizer.ts'
import type { TemplateKind } from '../engine/2-tokens/rowText.ts'
import { openTokenCache, type TokenCache } from '../engine/2-tokens/tokenCache.ts'

/** Caches stay open for as long as their tokenizers do. */
const open = new WeakMap<Tokenizer, Map<string, Promise<TokenCache>>>()

/** @returns null where no folder is given */
export async function tokenCacheOf(
  folder: string | undefined,
  tokenizer: Tokenizer,
  template: TemplateKind,
): Promise<TokenCache | null> {
  if (folder === undefined) return null
  const caches = open.get(tokenizer) ?? new Map<string, Promise<TokenCache>>()
  open.set(tokenizer, caches)
  const key = `${template} ${folder}`
  const cache = caches.get(key) ?? openTokenCache(folder, tokenizer, template)
  caches.set(key, cache)
  return cache
}
