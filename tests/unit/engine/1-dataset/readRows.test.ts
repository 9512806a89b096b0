import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MAX_ROW_CHARACTERS } from '../../../../src-main/engine/1-dataset/limits.ts'
import { readRows, type Dataset } from '../../../../src-main/engine/1-dataset/readRows.ts'
import poems from '../../../fixtures/poems.json' with { type: 'json' }

const read = (content: string | Uint8Array): Promise<Dataset> =>
  readRows({ name: 'rows', bytes: typeof content === 'string' ? new TextEncoder().encode(content) : content })
const row = (label: string): { instruct: string; input: string; label: string } => ({ instruct: 'ask', input: 'in', label })
const lines = (...values: unknown[]): string =>
  values.map((value) => (typeof value === 'string' ? value : JSON.stringify(value))).join('\n')

describe('readRows', () => {
  it("reads the tutorial's rows from a file", async () => {
    const dataset = await readRows(new URL('../../../fixtures/poems.json', import.meta.url).pathname)
    expect(dataset).toEqual({ rows: poems, indices: [0, 1], problems: [], aliases: [], unusedFields: [], rowCount: 2 })
  })

  it('reads the same rows from an array and from lines, whatever the name and the layout', async () => {
    const rows = [row('one'), row('two\n"quoted", [brackets]')]
    const texts = [
      JSON.stringify(rows),
      JSON.stringify(rows, null, 2),
      lines(...rows),
      `\n${lines(rows[0], '', '  ', rows[1])}\r\n`,
    ]
    for (const text of texts) expect((await read(text)).rows).toEqual(rows)
    expect((await read(`\uFEFF${JSON.stringify(rows)}`)).rows).toEqual(rows)
  })

  it('gives back any rows that can be written', async () => {
    const text = fc.string({ unit: 'binary' })
    const rows = fc.array(fc.record({ instruct: text, input: text, label: text.filter((label) => label.trim() !== '') }), {
      minLength: 1,
    })
    await fc.assert(
      fc.asyncProperty(rows, fc.constantFrom<0 | 2>(0, 2), async (list, indent) => {
        const expected = list.map(({ instruct, input, label }) => ({ instruct, input, label }))
        expect((await read(JSON.stringify(list, null, indent))).rows).toEqual(expected)
        expect((await read(lines(...list))).rows).toEqual(expected)
      }),
    )
  })

  it('takes other names of the fields and says so', async () => {
    const dataset = await read(
      lines(
        { instruction: 'a', output: 'b' },
        { prompt: 'a', completion: 'b' },
        { question: 'a', answer: 'b' },
        { instruct: 'a', response: 'b' },
      ),
    )
    expect(dataset.rows).toEqual(new Array(4).fill({ instruct: 'a', input: '', label: 'b' }))
    expect(dataset.aliases).toEqual([
      { field: 'instruct', name: 'instruction', rows: 1 },
      { field: 'label', name: 'output', rows: 1 },
      { field: 'instruct', name: 'prompt', rows: 1 },
      { field: 'label', name: 'completion', rows: 1 },
      { field: 'instruct', name: 'question', rows: 1 },
      { field: 'label', name: 'answer', rows: 1 },
      { field: 'label', name: 'response', rows: 1 },
    ])
  })

  it('reports fields that it does not read, a second name of a field among them', async () => {
    const dataset = await read(lines({ ...row('x'), note: 1, output: 'y' }, { ...row('x'), note: null }))
    expect(dataset.rows).toHaveLength(2)
    expect(dataset.unusedFields).toEqual([
      { name: 'note', rows: 2 },
      { name: 'output', rows: 1 },
    ])
  })

  it('an input that is absent or null is empty', async () => {
    const { rows } = await read(lines({ instruct: 'a', label: 'b' }, { instruct: 'a', input: null, label: 'b' }))
    expect(rows.map(({ input }) => input)).toEqual(['', ''])
  })

  it('reports each bad row with its place and reason, and goes on with the good ones', async () => {
    const dataset = await read(
      lines(
        row('good'),
        '{"instruct": "a", "label": ',
        '["a", "b"]',
        { input: 'x', label: 'y' },
        { instruct: 1, label: ['y'] },
        '',
        { instruct: 'a', label: ' \n' },
        '{"instruct": "a", "label": "\\ud83d"}',
        '{"instruct": "a", "label": "b", "label": "c"}',
        row('good again'),
      ),
    )
    expect(dataset.rows).toEqual([row('good'), row('good again')])
    expect(dataset.indices).toEqual([0, 8])
    expect(dataset.rowCount).toBe(9)
    expect(dataset.problems).toEqual([
      { index: 1, line: 2, kind: 'broken-json', detail: expect.any(String) as string },
      { index: 2, line: 3, kind: 'not-an-object', found: 'array' },
      { index: 3, line: 4, kind: 'missing-field', field: 'instruct' },
      { index: 4, line: 5, kind: 'not-text', field: 'instruct', found: 'number' },
      { index: 4, line: 5, kind: 'not-text', field: 'label', found: 'array' },
      { index: 5, line: 7, kind: 'empty-field', field: 'label' },
      { index: 6, line: 8, kind: 'broken-character', field: 'label' },
      { index: 7, line: 9, kind: 'duplicate-key', key: 'label' },
    ])
  })

  it('finds bad elements of an array with their lines', async () => {
    const dataset = await read(
      `[\n  ${JSON.stringify(row('good'))},\n  3, null,\n  {"instruct": "a", "label": "b", "label": "c"}\n]`,
    )
    expect(dataset.indices).toEqual([0])
    expect(dataset.problems).toEqual([
      { index: 1, line: 3, kind: 'not-an-object', found: 'number' },
      { index: 2, line: 3, kind: 'not-an-object', found: 'null' },
      { index: 3, line: 4, kind: 'duplicate-key', key: 'label' },
    ])
  })

  it('leaves out a row without end', async () => {
    const long = `{"instruct": "a", "label": "${'x'.repeat(MAX_ROW_CHARACTERS)}"}`
    const dataset = await read(lines(row('good'), long))
    expect(dataset.problems).toEqual([
      { index: 1, line: 2, kind: 'row-too-long', characters: long.length, limit: MAX_ROW_CHARACTERS },
    ])
    expect(dataset.rows).toEqual([row('good')])
  })

  it('a field called __proto__ is a field like any other', async () => {
    const dataset = await read('{"__proto__": {"label": "x"}, "instruct": "a"}')
    expect(dataset.problems).toEqual([{ index: 0, line: 1, kind: 'missing-field', field: 'label' }])
    expect(dataset.unusedFields).toEqual([{ name: '__proto__', rows: 1 }])
  })

  it.each([
    ['dataset/empty', ''],
    ['dataset/empty', ' \n\n'],
    ['dataset/empty', '[]'],
    ['dataset/not-an-array', JSON.stringify({ data: [row('x')] }, null, 2)],
    ['dataset/not-an-array', '3'],
    ['dataset/not-json', 'Once upon a time'],
    ['dataset/not-json', 'instruct,input,label\na,b,c'],
    ['dataset/not-json', `[\n${JSON.stringify(row('one'))},,\n${JSON.stringify(row('two'))}\n]`],
    ['dataset/not-json', `[\n${JSON.stringify(row('one'))},\n${JSON.stringify(row('two'))}`],
    ['dataset/not-json', '['.repeat(100_000)],
  ])('refuses with %s a file that holds no rows: %j', async (code, text) => {
    await expect(read(text)).rejects.toThrow(expect.objectContaining({ code }))
  })

  it.each([
    ['UTF-16', Buffer.from(JSON.stringify([row('x')]), 'utf16le')],
    ['GB18030', Buffer.from([0x22, 0xc4, 0xe3, 0xba, 0xc3, 0x22])],
  ])('refuses %s, which is not UTF-8', async (_, bytes) => {
    await expect(read(bytes)).rejects.toThrow(expect.objectContaining({ code: 'dataset/not-utf-8' }))
  })

  it('says which file could not be read', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'rows-'))
    await expect(readRows(join(folder, 'none.json'))).rejects.toThrow(expect.objectContaining({ code: 'files/cannot-read' }))
    await writeFile(join(folder, 'rows.jsonl'), lines(row('x')))
    expect((await readRows(join(folder, 'rows.jsonl'))).rows).toEqual([row('x')])
    await rm(folder, { recursive: true })
  })
})
