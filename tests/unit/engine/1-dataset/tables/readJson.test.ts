import { describe, expect, it } from 'vitest'
import { readTableOf, valuesOf } from '../../../../support/readTableOf.ts'
import { encodeUtf16 } from '../../../../support/encodedText.ts'
import { refusal } from '../../../../support/refusal.ts'

describe('JSON', () => {
  it('makes columns of all keys, in the order in which they are met', async () => {
    const table = await readTableOf('{"a":1,"b":"x"}\n\n{"c":null,"a":[2]}\n')
    expect(table).toMatchObject({ kind: 'jsonl', columns: ['a', 'b', 'c'], header: null, delimiter: null })
    expect(table.records.map(({ line }) => line)).toEqual([1, 3])
    expect(valuesOf(table)).toEqual([
      [1, 'x'],
      [[2], undefined, null],
    ])
  })

  it('reads an array, in any encoding', async () => {
    const text = '[\n{"问题": "你好"},\n{"问题": "再见"}]'
    for (const bytes of [new TextEncoder().encode(text), encodeUtf16(text, 'le', false), encodeUtf16(text, 'be', true)]) {
      const table = await readTableOf(bytes)
      expect(table).toMatchObject({ kind: 'json', columns: ['问题'] })
      expect(table.records.map(({ line }) => line)).toEqual([2, 3])
    }
  })

  it('counts the records where they all stand in one line, as programs write an array', async () => {
    const table = await readTableOf('\n[{"a": 1}, {"a": 1, "a": 2}, {"a": 3}]')
    expect(table.place).toBe('record')
    expect(table.records.map(({ line, fault }) => [line, fault?.kind])).toEqual([
      [1, undefined],
      [2, 'duplicate-key'],
      [3, undefined],
    ])
    expect((await readTableOf('[{"a": 1},\n{"a": 2}]')).place).toBe('line')
    expect((await readTableOf('{"a": 1}')).place).toBe('line')
  })

  it('finds the rows where they are the one list of an object', async () => {
    const table = await readTableOf('{"version": 1,\n"data": [{"a": 1},\n{"a": 2}]}')
    expect(valuesOf(table)).toEqual([[1], [2]])
    expect([table.place, ...table.records.map(({ line }) => line)]).toEqual(['record', 1, 2])
    expect((await readTableOf('{"messages": [{"role": "user", "content": "Hi"}]}')).columns).toEqual(['messages'])
  })

  it('keeps the good rows beside those that are broken', async () => {
    const { records } = await readTableOf('{"a":1}\n{"a":\n[1]\n{"a":1,"a":2}\n{"a":3}')
    expect(records.map(({ line, fault }) => [line, fault?.kind])).toEqual([
      [1, undefined],
      [2, 'broken-json'],
      [3, 'not-an-object'],
      [4, 'duplicate-key'],
      [5, undefined],
    ])
  })

  it('tells broken JSON from a table whose first cell begins with a bracket', async () => {
    await expect(readTableOf('[{"a": 1}, {"a": ')).rejects.toEqual(refusal('dataset/not-json'))
    expect((await readTableOf('[name] says,answer\n[Ann] says,yes\n')).kind).toBe('delimited')
  })

  it('has a place for keys that every object has', async () => {
    const table = await readTableOf('[{"__proto__": "a", "constructor": "b"}]')
    expect(table.columns).toEqual(['__proto__', 'constructor'])
    expect(valuesOf(table)).toEqual([['a', 'b']])
  })
})
