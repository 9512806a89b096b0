import type { Row } from '../../../contract/row.ts'
import { isBlank, type RowRule } from './rule.ts'

/**
 * Characters that nobody sees or that only look like a space or a line end: tokens of their own, which a person would not type into the chat.
 * Not among them: joiners, which emoji and several scripts are written with, and the wide space of Chinese.
 */
const INVISIBLE = /[\u00ad\u200b\u2060\ufeff]|(?![\t\n\r])\p{Cc}/gu
const LINE_ENDS = /\r\n?|[\u2028\u2029]/gu
const NO_BREAK_SPACES = /[\u00a0\u202f]/gu
const ODD = /[\u00a0\u00ad\u200b\u2028\u2029\u202f\u2060\ufeff]|(?![\t\n])\p{Cc}/u

/**
 * The three texts are put one behind another, so white space between them (“Question: ” + “…” + “\n”) has a meaning; only what stands before all
 * of them and behind all has none.
 */
export const oddWhitespace: RowRule = {
  kind: 'odd-whitespace',
  has: ({ instruct, input, label }) =>
    ODD.test(instruct) ||
    ODD.test(input) ||
    ODD.test(label) ||
    /^\s/.test(instruct === '' ? input : instruct) ||
    (/\s$/.test(label) && !isBlank(label)),
  mend: (row) => ({ kind: 'change', texts: tidied(row) }),
}

function tidied(row: Row): Row {
  const instruct = tidiedText(row.instruct).trimStart()
  const input = tidiedText(row.input)
  const answer = tidiedText(row.label)
  const label = isBlank(answer) ? answer : answer.trimEnd()
  return { instruct, input: instruct === '' ? input.trimStart() : input, label }
}

const tidiedText = (text: string): string => text.replace(LINE_ENDS, '\n').replace(NO_BREAK_SPACES, ' ').replace(INVISIBLE, '')
