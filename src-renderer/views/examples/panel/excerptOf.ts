/** The part of a text that becomes another one, with a little of what stands around it. */
export interface Excerpt {
  head: string
  removed: string
  added: string
  tail: string
}

/** Characters shown before what changes, and after it. */
const BEFORE = 16
const AFTER = 40
/** Characters shown of what changes: between the first and the last change in a text, much may stay as it is. */
const CHANGED = 60

const isHalf = (text: string, at: number): boolean => (text.charCodeAt(at) & 0xfc00) === 0xdc00

/** What two texts have in common at both ends is cut down; what lies between changed. */
export function excerptOf(before: string, after: string): Excerpt {
  const shorter = Math.min(before.length, after.length)
  let start = 0
  while (start < shorter && before[start] === after[start]) start++
  // Not between the halves of a character.
  if (start > 0 && (isHalf(before, start) || isHalf(after, start))) start--
  let end = 0
  while (end < shorter - start && before[before.length - 1 - end] === after[after.length - 1 - end]) end++
  if (isHalf(before, before.length - end)) end--
  const from = wholeFrom(before, Math.max(0, start - BEFORE))
  const to = Math.min(before.length, before.length - end + AFTER)
  const removed = before.slice(start, before.length - end)
  const added = after.slice(start, after.length - end)
  const isWhole = removed.length <= CHANGED && added.length <= CHANGED
  const tail = `${before.slice(before.length - end, wholeFrom(before, to))}${to < before.length ? '…' : ''}`
  return {
    head: `${from > 0 ? '…' : ''}${before.slice(from, start)}`,
    removed: beginningOf(removed),
    added: beginningOf(added),
    tail: isWhole ? tail : '',
  }
}

const beginningOf = (text: string): string => (text.length > CHANGED ? `${text.slice(0, wholeFrom(text, CHANGED))}…` : text)

const wholeFrom = (text: string, at: number): number => (isHalf(text, at) ? at + 1 : at)
