import { describe, expect, it } from 'vitest'
import type { Mapping, Shape } from '../../../../../src-main/contract/areas/imports.ts'
import { describeColumns, recogniseShape } from '../../../../../src-main/engine/1-dataset/mapping/recogniseShape.ts'
import { readTableOf } from '../../../../support/readTableOf.ts'

const NOTHING = { kind: 'nothing' } as const
const column = (at: number) => ({ kind: 'column', column: at }) as const
const recognise = async (content: string): Promise<ReturnType<typeof recogniseShape>> => {
  const table = await readTableOf(content)
  return recogniseShape(table, describeColumns(table))
}
const turn = (role: string, content: string): object => ({ role, content })
const conversation = (columns: number[], system: number | null = null): Mapping => ({
  kind: 'conversation',
  columns,
  system,
  turns: 'each-with-history',
})

describe('recogniseShape, by the names of columns', () => {
  it.each<[string, Shape, number | null, number | null, number | null]>([
    ['instruct,input,label', 'tunedesk', 0, 1, 2],
    ['id,instruction,input,output', 'alpaca', 1, 2, 3],
    ['output,instruction', 'alpaca', 1, null, 0],
    ['prompt,completion', 'prompt-completion', 0, null, 1],
    ['prompt,chosen,rejected', 'preference', 0, null, 1],
    ['question,answer', 'question-answer', 0, null, 1],
    ['question,context,answers', 'question-answer', 0, 1, 2],
    ['Question , Answer', 'question-answer', 0, null, 1],
    ['instruction,question,answer', 'table', 0, 1, 2],
    ['问题,答案', 'question-answer', 0, null, 1],
    ['编号,问,答', 'question-answer', 1, null, 2],
    ['指令,输入,输出', 'alpaca', 0, 1, 2],
    ['提问,标准答案,来源', 'question-answer', 0, null, 1],
    ['Ｑｕｅｓｔｉｏｎ,Ａｎｓｗｅｒ', 'question-answer', 0, null, 1],
    ['query,response', 'question-answer', 0, null, 1],
  ])('%s', async (names, shape, instruct, input, label) => {
    const at = (position: number | null) => (position === null ? NOTHING : column(position))
    expect(await recognise(`${names}\n${names.replaceAll(/[^,]+/g, 'some text')}\n`)).toEqual({
      shape,
      mapping: { kind: 'columns', instruct: at(instruct), input: at(input), label: at(label) },
      isCertain: true,
    })
  })

  it.each<[string, number | null, number | null, number | null]>([
    ['word,meaning', 0, null, 1],
    ['a b,c d,e f', 0, 1, 2],
    ['one,two,three,four', 0, null, 1],
    ['alone', null, null, 0],
  ])('guesses by the order where no name is known, and says that it is a guess: %s', async (names, instruct, input, label) => {
    const rows = names.replaceAll(/[^,]+/g, 'a text that is much longer than a name could be')
    const { mapping, shape, isCertain } = await recognise(`${names}\n${rows}\n`)
    const at = (position: number | null) => (position === null ? NOTHING : column(position))
    expect({ mapping, shape, isCertain }).toEqual({
      shape: 'table',
      mapping: { kind: 'columns', instruct: at(instruct), input: at(input), label: at(label) },
      isCertain: false,
    })
  })
})

describe('recogniseShape, by lists of messages', () => {
  const asked = [turn('user', 'Hi')]
  const answered = [turn('assistant', 'Hello')]

  it.each<[string, object, Shape, Mapping]>([
    ['sharegpt', { id: 1, conversations: [{ from: 'human', value: 'Hi' }] }, 'sharegpt', conversation([1])],
    [
      'sharegpt with a system',
      { system: 'Be kind', conversations: [{ from: 'human', value: 'Hi' }] },
      'sharegpt',
      conversation([1], 0),
    ],
    ['messages', { messages: [...asked, ...answered] }, 'messages', conversation([0])],
    ['messages under another name', { talk: [...asked, ...answered] }, 'messages', conversation([0])],
    ['conversational prompt and completion', { prompt: asked, completion: answered }, 'prompt-completion', conversation([0, 1])],
    ['preferences', { chosen: [...asked, ...answered], rejected: answered }, 'preference', conversation([0])],
    [
      'preferences with their prompt',
      { prompt: asked, chosen: answered, rejected: answered },
      'preference',
      conversation([0, 1]),
    ],
    [
      'a prompt in words beside whole conversations',
      { prompt: 'Hi', chosen: [...asked, ...answered], rejected: [...asked, ...answered] },
      'preference',
      conversation([1]),
    ],
  ])('%s', async (_, object, shape, mapping) => {
    expect(await recognise(JSON.stringify(object))).toEqual({ shape, mapping, isCertain: true })
  })

  it('reads lists that are JSON within a cell', async () => {
    const cell = JSON.stringify([...asked, ...answered]).replaceAll('"', '""')
    expect(await recognise(`id,messages\n1,"${cell}"\n`)).toEqual({
      shape: 'messages',
      mapping: conversation([1]),
      isCertain: true,
    })
  })
})
