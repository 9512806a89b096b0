import type { Poem } from '../corpus/cleanPoem.ts'
import { fractionOf } from '../random.ts'

/** A row of a dataset. */
export interface Row {
  instruct: string
  input: string
  label: string
}

export interface CoupletSample {
  rows: Row[]
  /** Indices of the rows that are kept for the test. No poem has rows on both sides. */
  heldOut: number[]
}

const ROWS = 300
const HELD_OUT_ROWS = 60
const INSTRUCT = '请对出下联：'
const COUPLET = /^(\p{Script=Han}{5}，)(\p{Script=Han}{5}。)$|^(\p{Script=Han}{7}，)(\p{Script=Han}{7}。)$/u

/**
 * First line → second line, from regulated verse of eight lines, whose two middle couplets are parallel word for word.
 * @param poems those that the starter model was not trained on
 * @param isWritable whether the tokenizer has a token for a character
 */
export function coupletSample(poems: Poem[], isWritable: (character: string) => boolean): CoupletSample {
  const couplets = poems
    .filter(({ lines }) => lines.length === 4 && lines.every((line) => COUPLET.test(line) && line.length === lines[0]?.length))
    .toSorted((a, b) => fractionOf(a.lines.join('')) - fractionOf(b.lines.join('')))
    .map(({ lines }) => lines.slice(1, 3))
    .filter((pair) => Array.from(pair.join('')).every(isWritable))
    .slice(0, ROWS / 2)
  const rows = couplets.flat().map((line): Row => {
    const comma = line.indexOf('，') + 1
    return { instruct: INSTRUCT, input: line.slice(0, comma), label: line.slice(comma) }
  })
  const firstHeldOut = Math.max(0, rows.length - HELD_OUT_ROWS)
  return { rows, heldOut: rows.slice(firstHeldOut).map((_, i) => firstHeldOut + i) }
}
