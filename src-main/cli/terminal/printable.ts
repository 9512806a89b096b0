/** Line feeds are the text's own; joiners and variation selectors belong to emoji and scripts. Everything else unseen is made visible. */
const UNSEEN = /(?!\n)\p{Control}|[\u061c\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff\u{e0000}-\u{e007f}]/gu

const codeOf = (character: string): string => `‹U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}›`

/**
 * A text from outside (a row, an answer, a name), safe to print: no escape sequence can act on the terminal and no bidi control can
 * reorder what is read. Tabs become `→`.
 */
export const printable = (text: string): string =>
  text.replace(UNSEEN, (character) => (character === '\t' ? '→' : codeOf(character)))

/** The same on one line: line breaks as `⏎`. */
export const printableLine = (text: string): string => printable(text.replaceAll('\r\n', '\n')).replaceAll('\n', '⏎')
