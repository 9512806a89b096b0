import { readFile, writeFile } from 'node:fs/promises'

/** Documents as token ids, one behind the other. Document d is tokens starts[d] … starts[d + 1] - 1. */
export interface TokenisedDocuments {
  tokens: Uint16Array
  starts: Uint32Array
}

/** @param encode text → ids, special tokens recognised */
export function tokeniseDocuments(documents: readonly string[], encode: (text: string) => number[]): TokenisedDocuments {
  const starts = new Uint32Array(documents.length + 1)
  const pieces = documents.map((document, d) => {
    const ids = encode(document)
    starts[d + 1] = (starts[d] as number) + ids.length
    return ids
  })
  const tokens = new Uint16Array(starts[documents.length] as number)
  pieces.forEach((ids, d) => tokens.set(ids, starts[d]))
  return { tokens, starts }
}

/** `<base>.tokens` and `<base>.starts`: the two arrays, little-endian. */
export async function writeTokenCache(base: string, { tokens, starts }: TokenisedDocuments): Promise<void> {
  await writeFile(`${base}.tokens`, new Uint8Array(tokens.buffer, tokens.byteOffset, tokens.byteLength))
  await writeFile(`${base}.starts`, new Uint8Array(starts.buffer, starts.byteOffset, starts.byteLength))
}

export async function readTokenCache(base: string): Promise<TokenisedDocuments> {
  const [tokens, starts] = await Promise.all([readFile(`${base}.tokens`), readFile(`${base}.starts`)])
  return {
    tokens: new Uint16Array(Uint8Array.from(tokens).buffer),
    starts: new Uint32Array(Uint8Array.from(starts).buffer),
  }
}
