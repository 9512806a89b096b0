import type { Tokenizer } from './openTokenizer.ts'
import type { TokenId } from './tokenisedRow.ts'

/** Which characters of a text a token covers: UTF-16 indices, the end exclusive. */
export interface CharacterSpan {
  start: number
  end: number
  /** The token has only some of the bytes of its first or last character; the span covers that character whole. */
  partial: boolean
}

/**
 * Which characters each token stands for, from the tokens' own bytes, so that the spans are exact wherever the ids come from.
 * @returns the text of all tokens together (the tokenised text as its normalizer left it, NFC for most) and a span in it for each.
 * Bytes that are no UTF-8, as where a character is cut off, show as U+FFFD.
 */
export function characterSpans(tokenizer: Tokenizer, ids: readonly TokenId[]): { text: string; spans: CharacterSpan[] } {
  const bytes = textBytes(tokenizer, ids)
  const { text, byteStarts, textStarts } = readCharacters(bytes.flatMap((token) => [...token]))
  const spans: CharacterSpan[] = []
  let byte = 0
  let character = 0
  for (const { length } of bytes) {
    const end = byte + length
    while ((byteStarts[character + 1] ?? Infinity) <= byte) character++
    let behind = character
    while ((byteStarts[behind] ?? Infinity) < end) behind++
    const empty = length === 0
    spans.push({
      start: textStarts[character] ?? text.length,
      end: textStarts[empty ? character : behind] ?? text.length,
      partial: !empty && (byteStarts[character] !== byte || byteStarts[behind] !== end),
    })
    byte = end
  }
  return { text, spans }
}

/** Each token's bytes, without the space that SentencePiece tokenizers put before a text and take off again. */
function textBytes({ files, specialIds, bytes }: Tokenizer, ids: readonly TokenId[]): Uint8Array[] {
  const all = ids.map((id) => bytes(id))
  const first = ids.findIndex((id) => !specialIds.has(id))
  if (stripsLeadingSpace(files.tokenizerJson.decoder) && all[first]?.[0] === 0x20) all[first] = all[first].subarray(1)
  return all
}

function stripsLeadingSpace(decoder: { type?: unknown; [field: string]: unknown } | null): boolean {
  if (decoder === null) return false
  const { type, decoders, start, prepend_scheme } = decoder
  if (type === 'Sequence') return (decoders as Parameters<typeof stripsLeadingSpace>[0][]).some(stripsLeadingSpace)
  return (type === 'Strip' && Number(start) > 0) || (type === 'Metaspace' && prepend_scheme !== 'never')
}

/** Splits bytes into characters, each as long as its lead byte says and its continuation bytes allow. */
function readCharacters(bytes: readonly number[]): { text: string; byteStarts: number[]; textStarts: number[] } {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
  const byteStarts: number[] = []
  const textStarts: number[] = []
  let text = ''
  let at = 0
  while (at < bytes.length) {
    const lead = bytes[at] ?? 0
    const longest = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1
    let length = 1
    while (length < longest && ((bytes[at + length] ?? 0) & 0xc0) === 0x80) length++
    byteStarts.push(at)
    textStarts.push(text.length)
    text += decoder.decode(Uint8Array.from(bytes.slice(at, at + length)))
    at += length
  }
  byteStarts.push(bytes.length)
  textStarts.push(text.length)
  return { text, byteStarts, textStarts }
}
