import type { TextChange } from '../../../../src-main/contract/areas/rows.ts'

/** A piece of a text that is changed: what stays, what goes, what comes in its place. */
export interface ExcerptPiece {
  kind: 'kept' | 'removed' | 'added'
  text: string
}

/** Characters shown before a change, and after it. */
const BEFORE = 16
const AFTER = 40
/** Characters shown of what changes. */
const CHANGED = 60

/** A text's changes, each by itself, with a little of what stands around them. */
export function excerptOf(
  before: string,
  { changes, changeCount }: { changes: readonly TextChange[]; changeCount: number },
): ExcerptPiece[] {
  const pieces: ExcerptPiece[] = []
  let shown = 0
  for (const { start, end, text } of changes) {
    const kept = before.slice(shown, start)
    pieces.push(
      { kind: 'kept', text: shown === 0 ? lastOf(kept, BEFORE) : middleOf(kept) },
      { kind: 'removed', text: firstOf(before.slice(start, end), CHANGED) },
      { kind: 'added', text: firstOf(text, CHANGED) },
    )
    shown = end
  }
  // Behind the last change that is told of, others may follow.
  const rest = changeCount > changes.length ? '…' : firstOf(before.slice(shown), AFTER)
  return [...pieces, { kind: 'kept' as const, text: rest }].filter(({ text }) => text !== '')
}

const isHalf = (text: string, at: number): boolean => (text.charCodeAt(at) & 0xfc00) === 0xdc00
/** Not between the halves of a character. */
const wholeFrom = (text: string, at: number): number => (isHalf(text, at) ? at + 1 : at)

const firstOf = (text: string, length: number): string =>
  text.length > length ? `${text.slice(0, wholeFrom(text, length))}…` : text
const lastOf = (text: string, length: number): string =>
  text.length > length ? `…${text.slice(wholeFrom(text, text.length - length))}` : text
const middleOf = (text: string): string =>
  text.length > AFTER + BEFORE ? firstOf(text, AFTER) + lastOf(text, BEFORE).slice(1) : text
