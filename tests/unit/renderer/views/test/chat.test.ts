import { describe, expect, it } from 'vitest'
import type { Conversation } from '../../../../../src-main/contract/areas/chat.ts'
import { addPieces } from '../../../../../src-renderer/views/test/chat/addPieces.ts'
import { isSendKey } from '../../../../../src-renderer/views/test/chat/isSendKey.ts'
import { readSetting } from '../../../../../src-renderer/views/test/chat/readSetting.ts'

describe('the key that sends', () => {
  const enter = {
    key: 'Enter',
    keyCode: 13,
    shiftKey: false,
    ctrlKey: false,
    altKey: false,
    metaKey: false,
    isComposing: false,
  }
  const press = (given: Partial<typeof enter>): boolean => isSendKey({ ...enter, ...given })
  it('is Enter by itself', () => {
    expect(press({})).toBe(true)
    expect(press({ key: 'a' })).toBe(false)
  })
  it.each([{ shiftKey: true }, { ctrlKey: true }, { altKey: true }, { metaKey: true }, { isComposing: true }, { keyCode: 229 }])(
    'is not Enter with %j',
    (with_) => {
      expect(press(with_)).toBe(false)
    },
  )
})

describe('a setting as it is typed', () => {
  it('is a number, or as at first where nothing is typed', () => {
    expect(readSetting('temperature', ' 0.7 ')).toEqual({ value: 0.7 })
    expect(readSetting('temperature', '')).toEqual({ value: 0 })
    expect(readSetting('repetition_penalty', '')).toEqual({ value: null })
  })
  it.each([
    ['temperature', '-1', '≥ 0'],
    ['temperature', 'warm', '≥ 0'],
    ['top_p', '0', '0 < x ≤ 1'],
    ['max_new_tokens', '1.5', 'integer ≥ 1'],
  ] as const)('%s = %s is not: what belongs there is said', (name, typed, expected) => {
    expect(readSetting(name, typed)).toEqual({ expected })
  })
})

it('what was written is added to its answer, and nothing else becomes a new object', () => {
  const answer = (text: string) => ({ target: { model: 'm' }, text, reason: null, tokens: 0, tokensPerSecond: 0, problem: null })
  const turn = (...texts: string[]) => ({ instruct: '', text: 'q', attempt: 0, answers: texts.map(answer) })
  const before = { turns: [turn('a'), turn('b', 'c')] } as unknown as Conversation
  const after = addPieces(before, [
    { turn: 1, answer: 1, piece: '!' },
    { turn: 1, answer: 1, piece: '?' },
    { turn: 9, answer: 0, piece: 'gone' },
  ])
  expect(after.turns[1]?.answers.map(({ text }) => text)).toEqual(['b', 'c!?'])
  expect(after.turns[0]).toBe(before.turns[0])
  expect(after.turns[1]?.answers[0]).toBe(before.turns[1]?.answers[0])
  expect(before.turns[1]?.answers[1]?.text).toBe('c')
})
