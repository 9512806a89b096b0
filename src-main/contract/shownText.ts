/**
 * Line feeds and tabs are the text's own; joiners and variation selectors belong to emoji and scripts. Every other sign that is not seen, or
 * that changes the direction of the text around it (Unicode UAX #9, section 2), is made visible.
 */
const UNSEEN =
  /(?![\n\t])\p{Control}|[\u061c\u200b\u200e\u200f\u2028-\u202e\u2060\u2066-\u2069\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]/gu

const codeOf = (character: string): string => `‹U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}›`

/**
 * A text from outside (a row, an answer, a name) in which nothing hides: no escape sequence acts on a terminal, and no control reorders what
 * is read. For showing only; what is copied or saved is the text itself.
 */
export const shownText = (text: string): string => text.replaceAll('\r\n', '\n').replace(UNSEEN, codeOf)
