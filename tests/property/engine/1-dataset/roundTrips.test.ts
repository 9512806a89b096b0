import { parse } from 'csv-parse/sync'
import { utils, write } from '@e965/xlsx'
import fc from 'fast-check'
import { parquetWriteBuffer } from 'hyparquet-writer'
import { describe, expect, it } from 'vitest'
import { DELIMITERS, ENCODINGS } from '../../../../src-main/contract/areas/imports.ts'
import type { Row } from '../../../../src-main/contract/row.ts'
import { mapRecords } from '../../../../src-main/engine/1-dataset/mapping/mapRecords.ts'
import { describeColumns, recogniseShape } from '../../../../src-main/engine/1-dataset/mapping/recogniseShape.ts'
import { parseRowsFile, printRowsFile } from '../../../../src-main/engine/1-dataset/project/rowsFile.ts'
import { printRows } from '../../../../src-main/engine/1-dataset/printRows.ts'
import { putApostrophe, takeApostrophe } from '../../../../src-main/engine/1-dataset/tables/formulaApostrophe.ts'
import { splitDelimited } from '../../../../src-main/engine/1-dataset/tables/splitDelimited.ts'
import { NO_READING_HOOKS, readTableOf } from '../../../support/readTableOf.ts'

/** What breaks readers of tables, among characters of any kind. */
const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({
    unit: fc.constantFrom('"', ',', ';', '\t', '|', '\n', '\r', "'", '=', '-', ' ', 'a', '问', '😀', '\uFEFF', '[', '{'),
  }),
)
const row = fc.record({ instruct: text, input: text, label: text }, { noNullPrototype: true })
const hasText = ({ instruct, input, label }: Row): boolean => (instruct + input + label).trim() !== ''
const hasNoNul = ({ instruct, input, label }: Row): boolean => !(instruct + input + label).includes('\0')

async function imported(content: string | Uint8Array): Promise<Row[]> {
  const table = await readTableOf(content)
  const mapped = mapRecords(table, recogniseShape(table, describeColumns(table)).mapping)
  expect(mapped.leftOut).toBe(0)
  return mapped.rows.map((each) => each.row)
}
const exported = (rows: readonly Row[], format: 'json' | 'jsonl' | 'csv'): string => [...printRows(rows, format)].join('')

describe('a rows.jsonl', () => {
  it('that is written and read again is the same: any rows, also unfinished ones', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(row), async (rows) => {
        const file = await parseRowsFile('rows.jsonl', Buffer.concat(await printRowsFile(rows)))
        expect(file).toMatchObject({ rows, badLines: [], hasMore: false })
      }),
    )
  })

  it('of several pieces has its bad lines where they are, and nothing of them in others', async () => {
    const good = '{"instruct":"","input":"","label":"\\\\"}'
    const lines = Array.from({ length: 4000 }, (_, at) =>
      at % 2 === 0 ? good : `\ufeff{"instruct":"${at}","input":"","label":"问\\""}`,
    )
    lines[1234] = '{"instruct":"a","input":"b","label":"c\\"}'
    lines[1236] = `${good} "`
    const bytes = Buffer.from(lines.join('\n'))
    // No UTF-8 in one of the lines.
    bytes[bytes.indexOf('"3001"') + 1] = 0xff
    const file = await parseRowsFile('rows.jsonl', bytes)
    expect(file.badLines).toEqual([1235, 1237, 3002])
    expect(file.rows).toHaveLength(3997)
    expect(file.rows.slice(0, 2)).toEqual([
      { instruct: '', input: '', label: '\\' },
      { instruct: '1', input: '', label: '问"' },
    ])
  })
})

describe('what is exported and imported again is the same', () => {
  it.each(['json', 'jsonl'] as const)('in %s: any rows', async (format) => {
    await fc.assert(
      fc.asyncProperty(fc.array(row, { minLength: 1 }), async (rows) => {
        expect(await imported(exported(rows, format))).toEqual(rows)
      }),
    )
  })

  it('in CSV: any rows that have text, and no NUL', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(row.filter(hasText).filter(hasNoNul), { minLength: 1 }), async (rows) => {
        expect(await imported(exported(rows, 'csv'))).toEqual(rows)
      }),
    )
  })

  it('and no cell of the CSV file begins as a formula does', () => {
    fc.assert(
      fc.property(text, (cell) => {
        expect(putApostrophe(cell)).not.toMatch(/^[=+\-@\t\r]/)
        expect(takeApostrophe(putApostrophe(cell))).toBe(cell)
      }),
    )
  })

  it('from a spreadsheet program and from Parquet, too', async () => {
    // XML has no control characters; a spreadsheet program has its own way to write line breaks.
    const plain = fc.string({ unit: fc.constantFrom('a', ' ', ',', '"', "'", '<', '&', '问', 'é', '😀', '\n', '=') })
    const plainRow = fc.record({ instruct: plain, input: plain, label: plain }, { noNullPrototype: true }).filter(hasText)
    await fc.assert(
      fc.asyncProperty(fc.array(plainRow, { minLength: 1, maxLength: 20 }), async (rows) => {
        const book = utils.book_new(utils.json_to_sheet(rows), 'Rows')
        expect(await imported(new Uint8Array(write(book, { type: 'buffer', bookType: 'xlsx' }) as Buffer))).toEqual(rows)
        const columnData = (['instruct', 'input', 'label'] as const).map((name) => ({
          name,
          data: rows.map((each) => each[name]),
          type: 'STRING' as const,
        }))
        expect(await imported(new Uint8Array(parquetWriteBuffer({ columnData })))).toEqual(rows)
      }),
      { numRuns: 12 },
    )
  })
})

describe('any bytes', () => {
  it('become a table or an error of the book, and nothing else', async () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 2_000 }),
      fc
        .string({ unit: fc.constantFrom('"', ',', '\n', '\r', 'a', '\0', '[', '{', '}', ']', ':', '1') })
        .map((each) => Buffer.from(each)),
      // A damaged file of each kind that has a mark.
      fc
        .tuple(
          fc.constantFrom('PAR1', 'PK\u0003\u0004'),
          fc.uint8Array({ maxLength: 500 }),
          fc.constantFrom('PAR1', 'PK\u0005\u0006', ''),
        )
        .map(([begin, body, end]) => Buffer.concat([Buffer.from(begin), body, Buffer.from(end)])),
    )
    await fc.assert(
      fc.asyncProperty(bytes, async (content) => {
        const table = await readTableOf(new Uint8Array(content)).catch((error: unknown) => {
          expect(error).toMatchObject({ name: 'TuneDeskError' })
          return null
        })
        if (!table) return
        const mapped = mapRecords(table, recogniseShape(table, describeColumns(table)).mapping)
        expect(mapped.rows.length + mapped.leftOut).toBeGreaterThanOrEqual(table.records.length)
      }),
      { numRuns: 500 },
    )
  })

  it('can be read in every encoding that a person may choose', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ minLength: 1, maxLength: 300 }),
        fc.constantFrom(...ENCODINGS),
        async (bytes, encoding) => {
          const content = Uint8Array.from([0x61, ...bytes])
          await readTableOf(content, { encoding }).catch((error: unknown) => {
            expect(error).toMatchObject({ name: 'TuneDeskError' })
          })
        },
      ),
    )
  })
})

it('splits what is sound CSV as csv-parse does', async () => {
  const pieces = fc.string({
    unit: fc.constantFrom('"', '""', ',', '\n', '\r\n', 'a', 'b c', '问', '","', '"\n"'),
    maxLength: 40,
  })
  await fc.assert(
    fc.asyncProperty(pieces, fc.constantFrom(...DELIMITERS), async (content, delimiter) => {
      const csv = content.replaceAll(',', delimiter)
      let expected: string[][]
      try {
        expected = parse(csv, { delimiter, record_delimiter: ['\r\n', '\n', '\r'], relax_column_count: true })
      } catch {
        return // broken: there csv-parse has no answer
      }
      const records = await splitDelimited(new TextEncoder().encode(csv), delimiter, NO_READING_HOOKS)
      expect(records.map(({ cells }) => cells)).toEqual(expected)
    }),
    { numRuns: 2_000 },
  )
})
