export interface RowText {
  text: string
  /** The line that it begins in, from 1. */
  line: number
}

/**
 * The texts of a JSON array's elements.
 * @param text valid JSON whose value is an array
 */
export function splitJsonArray(text: string): RowText[] {
  const elements: RowText[] = []
  let depth = 0
  let start = -1
  let line = 1
  let startLine = 1
  const close = (end: number): void => {
    if (start >= 0) elements.push({ text: text.slice(start, end), line: startLine })
    start = -1
  }
  for (let i = 0; i < text.length; i++) {
    const character = text[i]
    if (character === '\n') line++
    if (character === ' ' || character === '\n' || character === '\r' || character === '\t') continue
    if (depth === 1 && (character === ',' || character === ']')) close(i)
    else if (depth === 1 && start < 0) [start, startLine] = [i, line]
    if (character === '[' || character === '{') depth++
    else if (character === ']' || character === '}') depth--
    else if (character === '"') for (i++; text[i] !== '"'; i++) if (text[i] === '\\') i++
  }
  return elements
}
