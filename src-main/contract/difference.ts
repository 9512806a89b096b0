import { diffArrays } from 'diff'

/** A stretch of text that stands in both texts, or only in one. */
export interface DifferencePiece {
  kind: 'same' | 'answer' | 'label'
  text: string
}

/** Two long texts that have little in common are not worth the square of their lengths: beyond so many edits the rest is marked as a whole. */
const MOST_EDITS = 1_000

/**
 * What is compared: a Han, kana or Hangul character; a word of any other script; a run of spaces; any other sign. A mark belongs to the
 * letter before it, and a surrogate pair is never parted.
 */
const UNIT =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]\p{M}*|(?:(?![\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}])[\p{L}\p{N}])(?:(?![\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}])[\p{L}\p{N}\p{M}])*|\n|[^\S\n]+|./gsu

const unitsOf = (text: string): string[] => text.match(UNIT) ?? []

/**
 * Where an answer and its label part. The pieces `same` and `answer`, joined, are the answer; `same` and `label` are the label. Where both
 * differ at one place, the answer's piece comes first.
 */
export function difference(answer: string, label: string): DifferencePiece[] {
  const [answerUnits, labelUnits] = [unitsOf(answer), unitsOf(label)]
  const changes = diffArrays(labelUnits, answerUnits, { maxEditLength: MOST_EDITS })
  if (!changes) return aroundTheMiddle(answerUnits, labelUnits)
  const pieces = changes.map(({ value, added, removed }): DifferencePiece => {
    return { kind: added ? 'answer' : removed ? 'label' : 'same', text: value.join('') }
  })
  return answersFirst(pieces)
}

function answersFirst(pieces: readonly DifferencePiece[]): DifferencePiece[] {
  const ordered = [...pieces]
  for (let at = 0; at + 1 < ordered.length; at++) {
    const [piece, next] = [ordered[at], ordered[at + 1]]
    if (piece?.kind === 'label' && next?.kind === 'answer') [ordered[at], ordered[at + 1]] = [next, piece]
  }
  return ordered
}

/** What lies between the common beginning and the common end differs. */
function aroundTheMiddle(answer: readonly string[], label: readonly string[]): DifferencePiece[] {
  const shortest = Math.min(answer.length, label.length)
  let start = 0
  while (start < shortest && answer[start] === label[start]) start++
  let end = 0
  while (end < shortest - start && answer[answer.length - 1 - end] === label[label.length - 1 - end]) end++
  const pieces: DifferencePiece[] = [
    { kind: 'same', text: answer.slice(0, start).join('') },
    { kind: 'answer', text: answer.slice(start, answer.length - end).join('') },
    { kind: 'label', text: label.slice(start, label.length - end).join('') },
    { kind: 'same', text: answer.slice(answer.length - end).join('') },
  ]
  return pieces.filter(({ text }) => text !== '')
}
