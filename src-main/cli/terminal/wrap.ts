import { displayWidth, graphemes } from './width.ts'

/** Punctuation that Chinese typesetting never lets begin a line. */
const NOT_AT_LINE_START = /^[，。、；：？！…）」』》〉】〕”’％,.;:?!)\]}%]/u
/** Brackets that never end one. */
const NOT_AT_LINE_END = /[（「『《〈【〔“‘([{]$/u
const IDEOGRAPH = /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\u3000-\u303f\uff00-\uffef“”‘’…—]/u
const ESCAPE_OR_TEXT = /(?:\x1b\[[\d;]*m)+|[^\x1b]+/g // eslint-disable-line no-control-regex -- an escape sequence begins with one

/** The smallest parts that a line may be broken between: words with their space, single ideographs with the punctuation that clings to them. */
function pieces(text: string): string[] {
  const result: string[] = []
  let breakable = true
  for (const [chunk] of text.matchAll(ESCAPE_OR_TEXT)) {
    if (chunk.startsWith('\x1b')) {
      result.push((result.pop() ?? '') + chunk)
      continue
    }
    for (const grapheme of graphemes(chunk)) {
      const last = result.at(-1)
      const clings =
        last !== undefined &&
        (grapheme === ' ' ||
          NOT_AT_LINE_START.test(grapheme) ||
          NOT_AT_LINE_END.test(last) ||
          !(breakable || IDEOGRAPH.test(grapheme)))
      if (clings) result[result.length - 1] = last + grapheme
      else result.push(grapheme)
      breakable = grapheme === ' ' || IDEOGRAPH.test(grapheme)
    }
  }
  return result
}

/** Breaks prose into lines of at most `width` columns, between words and between ideographs. Line breaks of the text stay. */
export function wrap(text: string, width: number): string[] {
  return text.split('\n').flatMap((paragraph) => {
    const lines = ['']
    for (const piece of pieces(paragraph)) {
      const line = lines[lines.length - 1] ?? ''
      if (line !== '' && displayWidth(line + piece.trimEnd()) > width) lines.push(piece)
      else lines[lines.length - 1] = line + piece
    }
    return lines.map((line) => line.trimEnd())
  })
}
