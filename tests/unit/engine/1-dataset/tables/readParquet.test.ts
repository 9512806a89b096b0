import { parquetWriteBuffer } from 'hyparquet-writer'
import { describe, expect, it } from 'vitest'
import { readTableOf, valuesOf } from '../../../../support/readTableOf.ts'

describe('Parquet', () => {
  it.each(['UNCOMPRESSED', 'SNAPPY'] as const)('reads texts and numbers: %s', async (codec) => {
    const instruction = Array.from({ length: 12_000 }, (_, i) => `ask ${i} 问`)
    const output = instruction.map((_, i) => (i % 3 === 0 ? null : `answer ${i} 😀`))
    const id = instruction.map((_, i) => BigInt(i))
    const table = await readTableOf(
      new Uint8Array(
        parquetWriteBuffer({
          codec,
          rowGroupSize: 5_000,
          columnData: [
            { name: 'instruction', data: instruction, type: 'STRING' },
            { name: 'output', data: output, type: 'STRING' },
            { name: 'id', data: id, type: 'INT64' },
          ],
        }),
      ),
    )
    expect(table).toMatchObject({ kind: 'parquet', columns: ['instruction', 'output', 'id'], encoding: null })
    expect(table.records).toHaveLength(12_000)
    expect(table.records[11_999]).toEqual({ line: 12_000, values: ['ask 11999 问', 'answer 11999 😀', '11999'] })
    expect(table.records[3]?.values[1] ?? null).toBeNull()
  })

  it('reads lists of messages', async () => {
    const messages = [
      [
        { role: 'user', content: 'Hi' },
        { role: 'assistant', content: 'Hello' },
      ],
    ]
    const table = await readTableOf(
      new Uint8Array(parquetWriteBuffer({ columnData: [{ name: '__proto__', data: messages, type: 'JSON' }] })),
    )
    expect(table.columns).toEqual(['__proto__'])
    expect(valuesOf(table)).toEqual([messages])
  })
})
