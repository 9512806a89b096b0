import { describe, expect, it } from 'vitest'
import { isBlock, parseCells, printCells, printHtmlTable } from '../../../../../src-renderer/views/examples/spreadsheetText.ts'

describe('a block from a spreadsheet', () => {
  it('has tabs between cells, line breaks between rows, and one at its end that is no row', () => {
    expect(parseCells('问题\t答案\r\nq\ta\r\n')).toEqual([
      ['问题', '答案'],
      ['q', 'a'],
    ])
  })

  it('keeps the line breaks, tabs and quotes of a cell in quotes', () => {
    expect(parseCells('"one\ntwo ""2"""\tx\n"a\tb"\t')).toEqual([
      ['one\ntwo "2"', 'x'],
      ['a\tb', ''],
    ])
  })

  it('keeps the quotes of a text that Excel put none around', () => {
    expect(parseCells('"Hi"\t"Hi" she said\t"')).toEqual([['"Hi"', '"Hi" she said', '"']])
  })

  it('has empty cells and rows where they stand', () => {
    expect(parseCells('\t\n\n\t')).toEqual([['', ''], [''], ['', '']])
    expect(parseCells('')).toEqual([['']])
  })

  it('is told from one text with line breaks by its tabs, or by the table beside it', () => {
    expect(isBlock('床前明月光\n疑是地上霜', '')).toBe(false)
    expect(isBlock('床前明月光\n疑是地上霜', '<p>床前明月光<br>疑是地上霜</p>')).toBe(false)
    expect(isBlock('a\tb', '')).toBe(true)
    expect(isBlock('a\nb', '<html><TABLE border=0><tr><td>a</td></tr>')).toBe(true)
  })
})

describe('a copied block', () => {
  it('has quotes only where they are needed', () => {
    expect(printCells([['plain', 'it is "so"', '"so"', 'two\nlines']])).toBe('plain\tit is "so"\t"""so"""\t"two\nlines"')
  })

  it('is a table for a text program, with nothing taken for markup', () => {
    expect(printHtmlTable([['<b>&"', 'two\r\nlines']])).toContain('<tr><td>&lt;b&gt;&amp;&quot;</td><td>two<br>lines</td></tr>')
  })
})
