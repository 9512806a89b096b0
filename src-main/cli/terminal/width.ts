import { stripVTControlCharacters } from 'node:util'

/**
 * East Asian Wide and Fullwidth blocks (Unicode Standard Annex 11) that running text meets. Ambiguous characters (“ ” … ·) count as one
 * column, as terminals draw them outside legacy CJK locales.
 */
const WIDE: readonly (readonly [first: number, last: number])[] = [
  [0x1100, 0x115f],
  [0x2329, 0x232a],
  [0x2e80, 0x303e],
  [0x3041, 0x33ff],
  [0x3400, 0x4dbf],
  [0x4e00, 0xa4cf],
  [0xa960, 0xa97f],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe10, 0xfe19],
  [0xfe30, 0xfe6f],
  [0xff01, 0xff60],
  [0xffe0, 0xffe6],
  [0x20000, 0x3fffd],
]

const EMOJI = /^\p{Emoji_Presentation}|^\p{Emoji}\uFE0F/u
const INVISIBLE = /^[\p{Mark}\p{Control}\p{Format}]/u
const PLAIN_ASCII = /^[\x20-\x7e]*$/

const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' })

/** What a reader takes for one character each. */
export function* graphemes(text: string): Generator<string> {
  for (const { segment } of segmenter.segment(text)) yield segment
}

function graphemeWidth(grapheme: string): number {
  if (EMOJI.test(grapheme)) return 2
  if (INVISIBLE.test(grapheme)) return 0
  const code = grapheme.codePointAt(0) ?? 0
  return WIDE.some(([first, last]) => code >= first && code <= last) ? 2 : 1
}

/** Columns that a text takes in a terminal; escape sequences take none, a Han character takes two. */
export function displayWidth(text: string): number {
  const visible = stripVTControlCharacters(text)
  if (PLAIN_ASCII.test(visible)) return visible.length
  let width = 0
  for (const grapheme of graphemes(visible)) width += graphemeWidth(grapheme)
  return width
}

export const padEnd = (text: string, width: number): string => text + ' '.repeat(Math.max(0, width - displayWidth(text)))
export const padStart = (text: string, width: number): string => ' '.repeat(Math.max(0, width - displayWidth(text))) + text

/** Cuts a text without escape sequences to a width, the last column being `…` where something was cut. */
export function truncate(text: string, width: number): string {
  if (displayWidth(text) <= width) return text
  let kept = ''
  let used = 0
  for (const grapheme of graphemes(text)) {
    used += graphemeWidth(grapheme)
    if (used > width - 1) break
    kept += grapheme
  }
  return width > 0 ? kept + '…' : ''
}
