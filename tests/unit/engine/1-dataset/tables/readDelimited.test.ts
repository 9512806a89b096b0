import { describe, expect, it } from 'vitest'
import { readTableOf, valuesOf } from '../../../../support/readTableOf.ts'

describe('CSV and its like', () => {
  it('reads a table with a header, whatever ends its lines', async () => {
    for (const end of ['\n', '\r\n', '\r']) {
      const table = await readTableOf(['question,answer', 'a,b', '"c, d","e ""f"""', ''].join(end))
      expect(table).toMatchObject({ kind: 'delimited', encoding: 'utf-8', delimiter: ',', header: true })
      expect(table.columns).toEqual(['question', 'answer'])
      expect(valuesOf(table)).toEqual([
        ['a', 'b'],
        ['c, d', 'e "f"'],
      ])
    }
  })

  it.each([
    [',', 'instruct,input,label\nWrite,"one, two",three\nWrite,four,five\n'],
    [';', 'Frage;Antwort\nEins, zwei;drei, vier\nFünf, sechs;sieben\n'],
    ['\t', 'question\tanswer\nHello, you; there\tHi, me\nBye, you\tSee you, soon\n'],
    ['|', 'question|answer\nHello, you|Hi, me\nBye|See you, soon\n'],
  ])('finds the delimiter %j', async (delimiter, text) => {
    const table = await readTableOf(text)
    expect(table.delimiter).toBe(delimiter)
    expect(table.columns.length).toBe(text.startsWith('instruct') ? 3 : 2)
    expect(table.records.every(({ fault }) => fault === undefined)).toBe(true)
  })

  it('keeps line breaks within cells, and says in which line of the file a record begins', async () => {
    const { records } = await readTableOf('question,answer\r\n"one\r\ntwo\nthree",x\r\ny,z\r\n')
    expect(records).toEqual([
      { line: 2, values: ['one\r\ntwo\nthree', 'x'] },
      { line: 5, values: ['y', 'z'] },
    ])
  })

  it('takes quotation marks in the midst of a cell, or around a part of it, as they stand', async () => {
    const table = await readTableOf('question,answer\nA 5" pipe,yes\n"Hello" she said,no\nnothing,"quoted, well"\n')
    expect(valuesOf(table)).toEqual([
      ['A 5" pipe', 'yes'],
      ['"Hello" she said', 'no'],
      ['nothing', 'quoted, well'],
    ])
  })

  it('loses one line, not the rest, to a quotation mark that is not closed', async () => {
    const { records } = await readTableOf('question,answer\na,b\n"c,d\ne,f\n"g, h",i\nj,k\n')
    expect(records).toEqual([
      { line: 2, values: ['a', 'b'] },
      { line: 3, values: [], fault: { kind: 'unclosed-quote' } },
      { line: 4, values: ['e', 'f'] },
      { line: 5, values: ['g, h', 'i'] },
      { line: 6, values: ['j', 'k'] },
    ])
  })

  it('reads a text without quoting where the marks mean nothing', async () => {
    const lines = Array.from({ length: 60 }, (_, i) => `"word ${i}\tmeaning ${i}`)
    const table = await readTableOf(`term\tanswer\n${lines.join('\n')}\n`)
    expect(table.records).toHaveLength(60)
    expect(table.records[7]?.values).toEqual(['"word 7', 'meaning 7'])
  })

  it('says which record has more cells than the table, and keeps those with fewer', async () => {
    const { records } = await readTableOf('question,answer\na,b,c\nd\ne,f,,\n')
    expect(records).toEqual([
      { line: 2, values: [], fault: { kind: 'extra-cells', cells: 3, columns: 2 } },
      { line: 3, values: ['d'] },
      { line: 4, values: ['e', 'f'] },
    ])
  })

  it('does not count lines without text', async () => {
    const { records } = await readTableOf('question,answer\n\n  ,\na,b\n,\n\n')
    expect(records).toEqual([{ line: 4, values: ['a', 'b'] }])
  })

  it('knows a header by its names, or by how short they are', async () => {
    const long = 'A sentence that is much longer than the name of a column would be'
    const hasHeader = async (text: string): Promise<boolean | null> => (await readTableOf(text)).header
    expect(await hasHeader('问题,答案\n你好,你好\n')).toBe(true)
    expect(await hasHeader('Instruction,Output\na,b\n')).toBe(true)
    expect(await hasHeader(`Title,Text\n${long},${long}\n`)).toBe(true)
    expect(await hasHeader(`${long},${long}\n${long},${long}\n`)).toBe(false)
    expect(await hasHeader('cat,Katze\ndog,Hund\nhouse,Haus\n')).toBe(false)
  })

  it('is read as a person says: delimiter, header, encoding', async () => {
    const text = 'cat;Katze,Kater\ndog;Hund,Hündin\n'
    expect(valuesOf(await readTableOf(text, { delimiter: ';', header: false }))).toEqual([
      ['cat', 'Katze,Kater'],
      ['dog', 'Hund,Hündin'],
    ])
    const named = await readTableOf(text, { delimiter: ',', header: true, encoding: 'windows-1252' })
    expect(named).toMatchObject({ columns: ['cat;Katze', 'Kater'], encoding: 'windows-1252' })
    expect(valuesOf(named)).toEqual([['dog;Hund', 'HÃ¼ndin']])
  })

  it('takes away the apostrophe that keeps a spreadsheet from running a cell, and counts it', async () => {
    const table = await readTableOf(`question,answer\n'=1+1,''-x\n'tis,-y\n`)
    expect(valuesOf(table)).toEqual([
      ['=1+1', `'-x`],
      [`'tis`, '-y'],
    ])
    expect(table.apostrophes).toBe(2)
  })

  it('reads more than one stretch, with cells over their borders', async () => {
    const long = 'x, "y"\n'.repeat(20_000)
    const rows = Array.from({ length: 40 }, (_, i) => [`${i}`, i % 7 === 0 ? long : `short ${i}`])
    const quoted = (cell: string): string => `"${cell.replaceAll('"', '""')}"`
    const table = await readTableOf(`question,answer\n${rows.map((cells) => cells.map(quoted).join(',')).join('\n')}`)
    expect(valuesOf(table)).toEqual(rows)
    expect(table.records[1]?.line).toBe(2 + 20_001)
  })
})
