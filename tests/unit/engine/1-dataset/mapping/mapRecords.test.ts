import { describe, expect, it } from 'vitest'
import type { Mapping, Turns } from '../../../../../src-main/contract/areas/imports.ts'
import { mapRecords, type MappedTable } from '../../../../../src-main/engine/1-dataset/mapping/mapRecords.ts'
import { describeColumns, recogniseShape } from '../../../../../src-main/engine/1-dataset/mapping/recogniseShape.ts'
import { readTableOf } from '../../../../support/readTableOf.ts'

/** The rows of a file, by the mapping that is recognised or by another one. */
async function map(
  content: string | Uint8Array,
  change: (mapping: Mapping) => Mapping = (mapping) => mapping,
): Promise<MappedTable> {
  const table = await readTableOf(content)
  return mapRecords(table, change(recogniseShape(table, describeColumns(table)).mapping))
}
const lines = (...values: unknown[]): string => values.map((value) => JSON.stringify(value)).join('\n')
const row = (instruct: string, input: string, label: string) => ({ instruct, input, label })
const rowsOf = ({ rows }: MappedTable) => rows.map((each) => each.row)
const say = (role: string, content: unknown) => ({ role, content })
const withTurns =
  (turns: Turns) =>
  (mapping: Mapping): Mapping =>
    mapping.kind === 'conversation' ? { ...mapping, turns } : mapping

describe('columns as rows', () => {
  it('keeps every text as it stands', async () => {
    const texts = { instruction: ' Write:\n', input: '\t雪  ', output: '\u202Ewhite 😀 ' }
    expect(rowsOf(await map(lines(texts)))).toEqual([row(' Write:\n', '\t雪  ', '\u202Ewhite 😀 ')])
  })

  it('writes numbers, and true and false, as texts; a number that lost digits is a problem', async () => {
    const { rows, problems } = await map(
      '{"question":"1+1","answer":2}\n{"question":true,"answer":0.5}\n{"question":"x","answer":12345678901234567890}',
    )
    expect(rows.map((each) => each.row)).toEqual([row('1+1', '', '2'), row('true', '', '0.5')])
    expect(problems).toEqual([
      { fault: { kind: 'not-text', field: 'label', found: 'number' }, line: 3, index: 2, isLeftOut: true },
    ])
  })

  it('keeps rows whose answer is still to be written, and says so', async () => {
    const mapped = await map('question,answer\na,b\nc,\nd, \n')
    expect(rowsOf(mapped)).toEqual([row('a', '', 'b'), row('c', '', ''), row('d', '', ' ')])
    expect(mapped.problems.map(({ fault, line, isLeftOut }) => [fault.kind, line, isLeftOut])).toEqual([
      ['empty-field', 3, false],
      ['empty-field', 4, false],
    ])
    expect(mapped.leftOut).toBe(0)
  })

  it('leaves out what is no text, or nothing at all, and counts it', async () => {
    const mapped = await map(lines({ question: ['a'], answer: 'b' }, { other: 1 }, { question: 'c', answer: 'd' }))
    expect(rowsOf(mapped)).toEqual([row('c', '', 'd')])
    expect(mapped.problems.map(({ fault }) => fault)).toEqual([
      { kind: 'not-text', field: 'instruct', found: 'array' },
      { kind: 'missing-field', field: 'label' },
    ])
    expect(mapped.leftOut).toBe(2)
  })

  it('names the columns that no field takes', async () => {
    const { unused } = await map(
      lines({ question: 'a', answer: 'b', id: 1, note: '' }, { question: 'a', answer: 'b', id: 2, note: 'x' }),
    )
    expect(unused).toEqual([
      { column: 2, name: 'id', records: 2 },
      { column: 3, name: 'note', records: 1 },
    ])
  })

  it('takes a text of its own for a field', async () => {
    const mapped = await map('word,meaning\ncat,an animal that says miaow\ndog,an animal that says woof\n', () => ({
      kind: 'columns',
      instruct: { kind: 'text', text: 'Explain: ' },
      input: { kind: 'column', column: 0 },
      label: { kind: 'column', column: 1 },
    }))
    expect(rowsOf(mapped)[0]).toEqual(row('Explain: ', 'cat', 'an animal that says miaow'))
  })

  it('finds damaged characters by row', async () => {
    const bytes = new Uint8Array(Buffer.from('问题,回答\n你好,你好\n天气,晴天\n再见,再见\n一,\0二\n'))
    bytes[bytes.indexOf(0xe6)] = 0xff // 晴 or 天气: the first character of row 3
    const { problems, rows } = await map(bytes)
    expect(problems.map(({ fault, line }) => [fault.kind, line])).toEqual([
      ['unreadable-character', 3],
      ['nul-character', 5],
    ])
    expect(rows).toHaveLength(2)
  })
})

describe('conversations as rows', () => {
  const long = { messages: [say('user', 'Q1'), say('assistant', 'A1'), say('user', 'Q2'), say('assistant', 'A2')] }

  it('makes a row of each answer, with what was said before', async () => {
    const mapped = await map(lines(long))
    expect(rowsOf(mapped)).toEqual([row('Q1', '', 'A1'), row('User: Q1\n\nAssistant: A1\n\nUser: Q2', '', 'A2')])
    expect(mapped.conversations).toEqual({
      conversations: 1,
      withSeveralAnswers: 1,
      answersNotUsed: 0,
      questionsWithoutAnswer: 0,
    })
  })

  it('or of each answer with its question alone, or of the first one, and counts what is not used', async () => {
    expect(rowsOf(await map(lines(long), withTurns('each-alone')))).toEqual([row('Q1', '', 'A1'), row('Q2', '', 'A2')])
    const first = await map(lines(long), withTurns('first'))
    expect(rowsOf(first)).toEqual([row('Q1', '', 'A1')])
    expect(first.conversations?.answersNotUsed).toBe(1)
  })

  it('puts what the system says into instruct, and names the speakers in the language of the question', async () => {
    const messages = [
      say('system', '你是老师。'),
      say('user', '一'),
      say('assistant', '二'),
      say('user', '三'),
      say('assistant', '四'),
    ]
    expect(rowsOf(await map(lines({ messages })))).toEqual([
      row('你是老师。\n\n', '一', '二'),
      row('你是老师。\n\n', '用户：一\n\n助手：二\n\n用户：三', '四'),
    ])
  })

  it('reads ShareGPT with its system beside it', async () => {
    const conversations = [
      { from: 'human', value: 'Hi' },
      { from: 'gpt', value: 'Hello' },
    ]
    expect(rowsOf(await map(lines({ conversations, system: 'Be kind.' })))).toEqual([row('Be kind.\n\n', 'Hi', 'Hello')])
  })

  it('joins parts of a message, and messages of the same speaker', async () => {
    const parts = [
      { type: 'text', text: 'Look ' },
      { type: 'text', text: 'here' },
    ]
    const messages = [say('user', parts), say('user', 'please'), say('assistant', 'Yes')]
    expect(rowsOf(await map(lines({ messages })))).toEqual([row('Look here\nplease', '', 'Yes')])
  })

  it('begins with a greeting where the assistant speaks first', async () => {
    const messages = [say('assistant', 'Welcome'), say('user', 'Hi'), say('assistant', 'Hello')]
    expect(rowsOf(await map(lines({ messages })))).toEqual([row('Assistant: Welcome\n\nUser: Hi', '', 'Hello')])
    expect(rowsOf(await map(lines({ messages }), withTurns('each-alone')))).toEqual([row('Hi', '', 'Hello')])
  })

  it('says what it cannot use', async () => {
    const good = { messages: [say('user', 'Hi'), say('assistant', 'Hello')] }
    const mapped = await map(
      lines(
        good,
        { messages: [say('user', 'Hi'), say('tool', '{}'), say('assistant', 'Hello')] },
        { messages: [say('user', [{ type: 'image_url', image_url: 'x' }]), say('assistant', 'Hello')] },
        { messages: [say('user', 'Hi')] },
        { messages: 'Hi' },
        { messages: [say('user', 'Hi'), say('assistant', null)] },
        { messages: [say('user', 'Hi'), say('assistant', 'Hello'), say('user', 'Bye')] },
      ),
      () => ({ kind: 'conversation', columns: [0], system: null, turns: 'each-alone' }),
    )
    expect(mapped.problems.map(({ fault, line }) => [line, fault])).toEqual([
      [2, { kind: 'unknown-role', role: 'tool' }],
      [3, { kind: 'not-text-part', found: 'image_url' }],
      [4, { kind: 'no-answer' }],
      [5, { kind: 'not-messages', found: 'text' }],
      [6, { kind: 'not-text-part', found: 'null' }],
    ])
    expect(mapped.leftOut).toBe(5)
    expect(mapped.conversations?.questionsWithoutAnswer).toBe(2)
  })

  it('puts the completion behind its prompt', async () => {
    const mapped = await map(lines({ prompt: [say('user', 'Hi')], completion: [say('assistant', 'Hello')] }))
    expect(rowsOf(mapped)).toEqual([row('Hi', '', 'Hello')])
  })
})
