import { utils, write, type WorkSheet } from '@e965/xlsx'
import { describe, expect, it } from 'vitest'
import { readTableOf, valuesOf } from '../../../../support/readTableOf.ts'
import { refusal } from '../../../../support/refusal.ts'

const workbook = (sheets: Record<string, WorkSheet>, bookType: 'xlsx' | 'biff8' | 'ods' = 'xlsx'): Uint8Array => {
  const book = utils.book_new()
  for (const [name, sheet] of Object.entries(sheets)) utils.book_append_sheet(book, sheet, name)
  return new Uint8Array(write(book, { type: 'buffer', bookType, compression: true }) as Buffer)
}
const sheet = (...rows: unknown[][]): WorkSheet => utils.aoa_to_sheet(rows, { dateNF: 'm/d/yy' })

describe('Excel workbooks', () => {
  it('reads the first sheet, and another one by its name', async () => {
    const bytes = workbook({ 样本: sheet(['问题', '回答'], ['你好', '你好！\n请坐']), Other: sheet(['a', 'b'], ['c', 'd']) })
    const table = await readTableOf(bytes)
    expect(table).toMatchObject({
      kind: 'xlsx',
      header: true,
      sheet: '样本',
      sheets: ['样本', 'Other'],
      columns: ['问题', '回答'],
    })
    expect(table.records).toEqual([{ line: 2, values: ['你好', '你好！\n请坐'] }])
    const other = await readTableOf(bytes, { sheet: 'Other', header: false })
    expect(valuesOf(other)).toEqual([
      ['a', 'b'],
      ['c', 'd'],
    ])
    await expect(readTableOf(bytes, { sheet: 'gone' })).rejects.toEqual(refusal('dataset/no-such-sheet'))
  })

  it('reads numbers with all their digits, dates as dates, and what a format shows', async () => {
    const percent = { t: 'n', v: 0.25, z: '0%' }
    const date = { t: 'n', v: 45_292, z: 'm/d/yy' }
    const table = await readTableOf(
      workbook({ S: sheet(['question', 'answer'], [1234567890123, 0.1], [true, percent], [date, 'x']) }),
    )
    expect(valuesOf(table)).toEqual([
      ['1234567890123', '0.1'],
      ['TRUE', '25%'],
      ['2024-01-01', 'x'],
    ])
  })

  it('counts rows as the sheet does, without those that are empty', async () => {
    const table = await readTableOf(workbook({ S: sheet(['question', 'answer'], [], ['a', 'b'], [' ', ''], ['c']) }))
    expect(table.records).toEqual([
      { line: 3, values: ['a', 'b'] },
      { line: 5, values: ['c'] },
    ])
  })

  it('begins with the first sheet that is not empty, and shows an empty one as a table without rows', async () => {
    const bytes = workbook({ Title: sheet(), Rows: sheet(['question', 'answer'], ['a', 'b']), Other: sheet(['x']) })
    expect(await readTableOf(bytes)).toMatchObject({
      sheet: 'Rows',
      sheets: ['Title', 'Rows', 'Other'],
      columns: ['question', 'answer'],
    })
    expect(await readTableOf(bytes, { sheet: 'Title' })).toMatchObject({ sheet: 'Title', columns: [], records: [] })
    expect(await readTableOf(workbook({ A: sheet(), B: sheet([' ']) }))).toMatchObject({ sheet: 'A', records: [] })
  })

  it.each(['__proto__', 'constructor'])('reads a sheet that is called %s', async (name) => {
    const table = await readTableOf(workbook({ First: sheet(['x']), [name]: sheet(['question', 'answer'], ['a', 'b']) }), {
      sheet: name,
    })
    expect(table).toMatchObject({ sheets: ['First', name], columns: ['question', 'answer'] })
    expect(({} as Record<string, unknown>)['!data']).toBeUndefined()
  })

  it('says what to do with the formats that it does not read', async () => {
    await expect(readTableOf(workbook({ S: sheet(['a']) }, 'biff8'))).rejects.toEqual(refusal('dataset/old-excel'))
    await expect(readTableOf(workbook({ S: sheet(['a']) }, 'ods'))).rejects.toEqual(refusal('dataset/not-a-workbook'))
  })
})
