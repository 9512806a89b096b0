import { fc, test } from '@fast-check/vitest'
import { expect } from 'vitest'
import { parseCells, printCells } from '../../../../../src-renderer/views/examples/spreadsheetText.ts'

/** Texts of the signs that a block is made of, among others. */
const cell = fc.string({ unit: fc.constantFrom('"', '\t', '\n', '\r', 'a', '春', '😀', ' ', ',') })
const row = fc.array(cell, { minLength: 3, maxLength: 3 })

test.prop([fc.array(row, { minLength: 1, maxLength: 6 })], { numRuns: 2_000 })(
  'rows that are copied and pasted are the same rows, whatever stands in them',
  (rows) => {
    expect(parseCells(printCells(rows))).toEqual(rows)
  },
)

test.prop([fc.string({ unit: fc.constantFrom('"', '\t', '\n', '\r', 'a', '""') })], { numRuns: 2_000 })(
  'any text of the clipboard is a block, and none of its letters is lost',
  (text) => {
    const cells = parseCells(text).flat()
    expect(cells.join('').replaceAll(/[^a]/g, '')).toBe(text.replaceAll(/[^a]/g, ''))
  },
)
