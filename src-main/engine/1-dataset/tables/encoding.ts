import { isUtf8 } from 'node:buffer'
import type { Encoding } from '../../../contract/areas/imports.ts'
import { SNIFFED_BYTES } from '../limits.ts'

const BYTE_ORDER_MARKS: readonly (readonly [Encoding, readonly number[]])[] = [
  ['utf-8', [0xef, 0xbb, 0xbf]],
  ['utf-16le', [0xff, 0xfe]],
  ['utf-16be', [0xfe, 0xff]],
  ['gb18030', [0x84, 0x31, 0x95, 0x33]],
]

/** Of the double-byte characters of a Chinese text so many are among the common ones; of other bytes read as Chinese, about a third. */
const SHARE_OF_COMMON_CHARACTERS = 0.7

/** A text that is no UTF-16 has a NUL here and there at most. */
const MOST_STRAY_NULLS = 0.05

/** In characters. A separator stands between two cells, and cells are seldom longer. */
const LONGEST_CELL = 5_000

/** Tab, line feed, carriage return, space, quotation mark, comma. */
const SEPARATORS: ReadonlySet<number> = new Set([0x09, 0x0a, 0x0d, 0x20, 0x22, 0x2c])

/** A UTF-8 text with a few damaged places: fewer broken sequences than one in ten sound ones. */
const MOST_BROKEN_SEQUENCES = 0.1

const markedEncoding = (bytes: Uint8Array): Encoding | null =>
  BYTE_ORDER_MARKS.find(([, mark]) => mark.every((byte, i) => bytes[i] === byte))?.[0] ?? null

export const hasByteOrderMark = (bytes: Uint8Array): boolean => markedEncoding(bytes) !== null

/**
 * The encoding of a text's bytes: by its byte order mark, by what is valid, and else by how common the characters are that each would give.
 * UTF-16 is told by its separators, GB18030 and Big5 by their most common characters; what is none of them is taken for Windows-1252,
 * which knows nearly every byte.
 */
export function sniffEncoding(bytes: Uint8Array): Encoding {
  const marked = markedEncoding(bytes)
  if (marked) return marked
  const beginning = bytes.subarray(0, SNIFFED_BYTES)
  // Latin text in UTF-16 is valid UTF-8 with a NUL beside every letter; other scripts in UTF-16 are not valid.
  const nulls = beginning.reduce((count, byte) => count + Number(byte === 0), 0)
  const isValid = isUtf8(bytes)
  if (isValid && nulls < beginning.length * MOST_STRAY_NULLS) return 'utf-8'
  const { sound, broken } = utf8Sequences(beginning)
  if (!isValid && sound > 0 && broken <= sound * MOST_BROKEN_SEQUENCES) return 'utf-8'
  const utf16 = nulls > 0 ? sniffUtf16(beginning) : null
  if (utf16) return utf16
  if (isValid) return 'utf-8'
  const gb = commonShare(beginning, isCommonGb)
  const big5 = commonShare(beginning, isCommonBig5)
  if (Math.max(gb, big5) < SHARE_OF_COMMON_CHARACTERS) return 'windows-1252'
  return big5 > gb ? 'big5' : 'gb18030'
}

/**
 * A text's bytes as UTF-8, without a byte order mark, and whether some of them were no characters.
 * The bytes themselves where nothing has to change.
 */
export function toUtf8(bytes: Uint8Array, encoding: Encoding): { utf8: Uint8Array; isDamaged: boolean } {
  if (encoding === 'utf-8' && isUtf8(bytes)) return { utf8: withoutMark(bytes), isDamaged: false }
  const text = decodeText(bytes, encoding)
  // A decoder writes U+FFFD for what it cannot read; a text may also have one of its own.
  return { utf8: new TextEncoder().encode(text), isDamaged: text.includes('\uFFFD') }
}

/** What Windows-1252 has at 0x80 … 0x9F. Some versions of Node decode it as if it were ISO 8859-1, with control characters there. */
const WINDOWS_1252 = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ'

/** What cannot be read becomes U+FFFD. A byte order mark is dropped. */
export function decodeText(bytes: Uint8Array, encoding: Encoding): string {
  if (encoding !== 'windows-1252') return new TextDecoder(encoding).decode(bytes)
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
  return text.replace(/[\x80-\x9f]/g, (character) => WINDOWS_1252[character.charCodeAt(0) - 0x80] ?? character)
}

const withoutMark = (bytes: Uint8Array): Uint8Array =>
  bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? bytes.subarray(3) : bytes

/**
 * Without a byte order mark UTF-16 is told by its line breaks, spaces, commas and quotation marks, which stand there as units of two bytes; in
 * the other order those would be letters of scripts that are not mixed with ours. A text that has none of them is told by nothing.
 */
function sniffUtf16(bytes: Uint8Array): Encoding | null {
  let littleEndian = 0
  let bigEndian = 0
  for (let i = 0; i + 1 < bytes.length; i += 2) {
    const [first = 0, second = 0] = [bytes[i], bytes[i + 1]]
    if (second === 0 && SEPARATORS.has(first)) littleEndian++
    else if (first === 0 && SEPARATORS.has(second)) bigEndian++
  }
  const enough = Math.max(1, bytes.length / 2 / LONGEST_CELL)
  if (littleEndian >= enough && littleEndian > bigEndian) return 'utf-16le'
  return bigEndian >= enough && bigEndian > littleEndian ? 'utf-16be' : null
}

/** Sequences of several bytes that are sound UTF-8, and places where other bytes above ASCII stand. */
function utf8Sequences(bytes: Uint8Array): { sound: number; broken: number } {
  const continues = (at: number): boolean => ((bytes[at] ?? 0) & 0xc0) === 0x80
  let sound = 0
  let broken = 0
  for (let i = 0; i < bytes.length; i++) {
    const lead = bytes[i] ?? 0
    if (lead < 0x80) continue
    const following = lead >= 0xc2 && lead < 0xe0 ? 1 : lead >= 0xe0 && lead < 0xf0 ? 2 : lead >= 0xf0 && lead < 0xf5 ? 3 : 0
    let found = 0
    while (found < 3 && continues(i + 1 + found)) found++
    if (following > 0 && found === following) sound++
    else broken++
    i += found
  }
  return { sound, broken }
}

/** GB2312's first level, which has the 3,755 most used characters, and the rows of punctuation and full-width letters. */
const isCommonGb = (lead: number, trail: number): boolean =>
  trail >= 0xa1 && trail <= 0xfe && ((lead >= 0xb0 && lead <= 0xd7) || (lead >= 0xa1 && lead <= 0xa3))

/** Big5's first level, which has the 5,401 most used characters, and its punctuation. */
const isCommonBig5 = (lead: number, trail: number): boolean =>
  ((trail >= 0x40 && trail <= 0x7e) || (trail >= 0xa1 && trail <= 0xfe)) && ((lead >= 0xa4 && lead <= 0xc6) || lead === 0xa1)

/** Which share of a text's bytes above ASCII, read two at a time, are common characters. */
function commonShare(bytes: Uint8Array, isCommon: (lead: number, trail: number) => boolean): number {
  let pairs = 0
  let common = 0
  for (let i = 0; i + 1 < bytes.length; i++) {
    const [lead = 0, trail = 0] = [bytes[i], bytes[i + 1]]
    if (lead < 0x80) continue
    pairs++
    if (isCommon(lead, trail)) common++
    // A byte that no trail follows stands alone: as a letter of a Latin text does.
    if (trail >= 0x40) i++
  }
  return pairs === 0 ? 0 : common / pairs
}
