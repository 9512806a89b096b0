import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, it } from 'vitest'
import { readTokenCache, tokeniseDocuments, writeTokenCache } from '../../../../../scripts/starter/tokenizer/tokenCache.ts'

it('reads back what it wrote, document by document', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'token-cache-'))
  try {
    const documents = tokeniseDocuments(['ab', '', 'xyz'], (text) =>
      Array.from(text, (character) => character.charCodeAt(0) + 6000),
    )
    await writeTokenCache(path.join(folder, 'train'), documents)
    const read = await readTokenCache(path.join(folder, 'train'))
    expect([...read.starts]).toEqual([0, 2, 2, 5])
    expect([...read.tokens]).toEqual([6097, 6098, 6120, 6121, 6122])
  } finally {
    await rm(folder, { recursive: true })
  }
})
