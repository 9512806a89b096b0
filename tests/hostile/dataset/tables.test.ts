import { deflateRawSync } from 'node:zlib'
import { utils, write } from '@e965/xlsx'
import { parquetWriteBuffer } from 'hyparquet-writer'
import { describe, expect, it } from 'vitest'
import {
  MAX_CELLS_OF_RECORD,
  MAX_COLUMNS,
  MAX_ROW_CHARACTERS,
  MAX_ROWS,
  MAX_WORKBOOK_BYTES,
} from '../../../src-main/engine/1-dataset/limits.ts'
import { mapRecords } from '../../../src-main/engine/1-dataset/mapping/mapRecords.ts'
import { describeColumns, recogniseShape } from '../../../src-main/engine/1-dataset/mapping/recogniseShape.ts'
import { readTableOf, valuesOf } from '../../support/readTableOf.ts'
import { refusal } from '../../support/refusal.ts'

const latin = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'latin1'))

describe('delimited text', () => {
  it('is refused where it is no text', async () => {
    const picture = latin(`\x89PNG\r\n\x1a\n\0\0\0\rIHDR${'\0\x01\x02\x03'.repeat(200)}`)
    await expect(readTableOf(picture)).rejects.toEqual(refusal('dataset/unknown-kind'))
    await expect(readTableOf(new Uint8Array(0))).rejects.toEqual(refusal('dataset/empty'))
    await expect(readTableOf('\n \n\t\n')).rejects.toEqual(refusal('dataset/empty'))
  })

  it('gives the good rows around a NUL', async () => {
    const table = await readTableOf('question,answer\na,b\nc,\0d\ne,f\n')
    const mapped = mapRecords(table, recogniseShape(table, describeColumns(table)).mapping)
    expect(mapped.rows.map(({ line }) => line)).toEqual([2, 4])
    expect(mapped.problems).toMatchObject([{ line: 3, fault: { kind: 'nul-character', field: 'label' } }])
  })

  it('loses no good row to a line of more than 64 MB', async () => {
    const line = Buffer.alloc(MAX_ROW_CHARACTERS + 1, 'x')
    const content = Buffer.concat([
      Buffer.from('question,answer\na,b\nc,"'),
      line,
      Buffer.from('"\nd,'),
      line,
      Buffer.from('\ne,f\n'),
    ])
    const { records } = await readTableOf(new Uint8Array(content))
    expect(records.map(({ line: number, fault }) => [number, fault?.kind])).toEqual([
      [2, undefined],
      [3, 'row-too-long'],
      [4, 'row-too-long'],
      [5, undefined],
    ])
  })

  it('reads 10,000 columns, and refuses more than a sheet has', async () => {
    const line = (cells: number, cell: string): string => `${new Array<string>(cells).fill(cell).join(',')}\n`
    const wide = await readTableOf(`question,answer,${line(9_998, 'other')}${line(10_000, 'x')}`)
    expect(wide.columns).toHaveLength(10_000)
    expect(recogniseShape(wide, describeColumns(wide)).shape).toBe('question-answer')
    await expect(readTableOf(line(MAX_COLUMNS + 1, 'x'))).rejects.toEqual(refusal('dataset/too-many-columns'))
  })

  it('does not hold the cells of a line of delimiters', async () => {
    const { records } = await readTableOf(`question,answer\na,b\n${','.repeat(MAX_CELLS_OF_RECORD + 5)}x\nc,d\n`)
    expect(records.map(({ fault }) => fault?.kind)).toEqual([undefined, 'extra-cells', undefined])
  })

  it('is done in time with quotation marks that are never closed', async () => {
    const began = performance.now()
    const lines = '"a,""b""\n'.repeat(100_000)
    const { records } = await readTableOf(`question,answer\n${lines}`)
    expect(records.length).toBeGreaterThan(50_000)
    expect(performance.now() - began).toBeLessThan(10_000)
  })

  it('refuses more rows than the app is made for', async () => {
    await expect(readTableOf(`question,answer\n${'a,b\n'.repeat(MAX_ROWS + 1)}`)).rejects.toEqual(
      refusal('dataset/too-many-rows'),
    )
  })

  it('has columns that are called like parts of every object', async () => {
    const table = await readTableOf('__proto__,constructor,question,answer\na,b,c,d\n')
    const mapped = mapRecords(table, recogniseShape(table, describeColumns(table)).mapping)
    expect(mapped.rows[0]?.row).toEqual({ instruct: 'c', input: '', label: 'd' })
    expect(mapped.unused.map(({ name }) => name)).toEqual(['__proto__', 'constructor'])
    expect(({} as Record<string, unknown>)['a']).toBeUndefined()
  })
})

describe('JSON', () => {
  it('refuses objects with ever other keys', async () => {
    const lines = Array.from({ length: MAX_COLUMNS + 1 }, (_, i) => `{"k${i}":1}`).join('\n')
    await expect(readTableOf(lines)).rejects.toEqual(refusal('dataset/too-many-columns'))
  })

  it('survives nesting that no parser follows', async () => {
    const deep = `{"question":"a","answer":${'['.repeat(100_000)}${']'.repeat(100_000)}}`
    const { records } = await readTableOf(`${deep}\n{"question":"a","answer":"b"}\n`)
    expect(records.map(({ fault }) => fault?.kind ?? 'none').at(-1)).toBe('none')
    expect(records).toHaveLength(2)
  })

  it('takes rows of mixed types one by one', async () => {
    const table = await readTableOf('[1, "a", null, [], {"question": {"a": 1}, "answer": "b"}, {"question": "q", "answer": "b"}]')
    const mapped = mapRecords(table, recogniseShape(table, describeColumns(table)).mapping)
    expect(mapped.rows.map(({ row }) => row.instruct)).toEqual(['q'])
    expect(mapped.leftOut).toBe(5)
  })
})

describe('workbooks', () => {
  const workbook = (): Uint8Array => {
    const sheet = utils.aoa_to_sheet([
      ['question', 'answer'],
      ['a', 'b'],
    ])
    return new Uint8Array(write(utils.book_new(sheet, 'S'), { type: 'buffer', bookType: 'xlsx', compression: true }) as Buffer)
  }

  it('are refused when they would unpack to more than they may', async () => {
    const zeros = Buffer.alloc(MAX_WORKBOOK_BYTES + 1)
    await expect(readTableOf(zipOf('xl/workbook.xml', zeros))).rejects.toEqual(refusal('dataset/zip-bomb'))
  })

  it('are refused when they shrink more than any sheet does', async () => {
    const zeros = Buffer.alloc(50_000_000)
    await expect(readTableOf(zipOf('xl/workbook.xml', zeros))).rejects.toEqual(refusal('dataset/zip-bomb'))
  })

  it('are refused when a part is larger than it says', async () => {
    const zeros = Buffer.alloc(50_000_000)
    await expect(readTableOf(zipOf('xl/workbook.xml', zeros, 1_000))).rejects.toEqual(refusal('dataset/zip-bomb'))
  })

  it('are refused when they are cut off, wherever', async () => {
    const bytes = workbook()
    for (let length = 10; length < bytes.length; length += 97)
      await expect(readTableOf(bytes.slice(0, length))).rejects.toMatchObject({ code: 'dataset/damaged' })
  })

  it('are refused when they are PyTorch in disguise', async () => {
    await expect(readTableOf(zipOf('model/data.pkl', Buffer.from('x')))).rejects.toEqual(refusal('dataset/pickle'))
    await expect(readTableOf(latin('\x80\x04\x95\x10\0\0\0rest'))).rejects.toEqual(refusal('dataset/pickle'))
    await expect(readTableOf(latin('\x89HDF\r\n\x1a\n'))).rejects.toEqual(refusal('dataset/unknown-kind'))
  })
})

describe('Parquet', () => {
  const file = (): Uint8Array =>
    new Uint8Array(
      parquetWriteBuffer({
        columnData: [
          { name: 'question', data: Array.from({ length: 100 }, (_, i) => `ask ${i}`), type: 'STRING' },
          { name: 'answer', data: Array.from({ length: 100 }, (_, i) => `answer ${i}`), type: 'STRING' },
        ],
      }),
    )

  it('is refused when it is cut off, wherever', async () => {
    const bytes = file()
    for (let length = 4; length < bytes.length; length += 61)
      await expect(readTableOf(bytes.slice(0, length))).rejects.toMatchObject({ code: 'dataset/damaged' })
  })

  it('is read or refused, but ends nothing, when bytes of it are wrong', async () => {
    const bytes = file()
    const readDamaged = async (at: number): Promise<void> => {
      const damaged = bytes.slice()
      damaged[at] = (damaged[at] ?? 0) ^ 0xff
      const table = await readTableOf(damaged).catch((error: unknown) => {
        expect(error).toMatchObject({ name: 'TuneDeskError' })
        return null
      })
      if (table) expect(valuesOf(table)).toHaveLength(100)
    }
    for (let at = 11; at < bytes.length - 4; at += 41) await readDamaged(at)
    // Here a page's header goes wrong, the library reads on for ever, and its thread is ended.
    await readDamaged(473)
  })
})

/** A zip with one part, whose header may claim another size. */
function zipOf(name: string, content: Buffer, claimed = content.length): Uint8Array {
  const packed = deflateRawSync(content)
  const fields = (signature: number, extra: number): Buffer => {
    const header = Buffer.alloc(extra === 0 ? 30 : 46)
    header.writeUInt32LE(signature, 0)
    const at = extra === 0 ? 8 : 10
    header.writeUInt16LE(8, at) // DEFLATE
    header.writeUInt32LE(packed.length, at + 10)
    header.writeUInt32LE(claimed, at + 14)
    header.writeUInt16LE(name.length, at + 18)
    return Buffer.concat([header, Buffer.from(name)])
  }
  const local = Buffer.concat([fields(0x04034b50, 0), packed])
  const central = fields(0x02014b50, 1)
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50, 0)
  end.writeUInt16LE(1, 8)
  end.writeUInt16LE(1, 10)
  end.writeUInt32LE(central.length, 12)
  end.writeUInt32LE(local.length, 16)
  return new Uint8Array(Buffer.concat([local, central, end]))
}
