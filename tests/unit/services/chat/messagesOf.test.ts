import { expect, it } from 'vitest'
import type { ChatTarget, ChatTurn } from '../../../../src-main/contract/areas/chat.ts'
import { messagesOf } from '../../../../src-main/services/chat/messagesOf.ts'

const turn = (text: string, answers: [ChatTarget, string][]): ChatTurn => ({
  instruct: 'Q: ',
  text,
  attempt: 0,
  answers: answers.map(([target, answer]) => ({
    target,
    text: answer,
    reason: 'end-mark',
    tokens: 1,
    tokensPerSecond: 1,
    problem: null,
  })),
})
const [tuned, untrained]: ChatTarget[] = [{ run: 'run-1' }, { untrained: 'run-1' }]

it('gives each model its own answers, another’s where it was not asked, and no question that nobody answered', () => {
  if (!tuned || !untrained) throw new Error('both are there')
  const turns = [
    turn('one', [
      [tuned, 'a'],
      [untrained, 'b'],
    ]),
    turn('two', [[tuned, 'c']]),
    turn('three', [[tuned, '']]),
    turn('four', []),
  ]
  expect(messagesOf(turns, untrained).map(({ content }) => content)).toEqual(['Q: one', 'b', 'Q: two', 'c', 'Q: four'])
  expect(messagesOf(turns, tuned).map(({ content }) => content)).toEqual(['Q: one', 'a', 'Q: two', 'c', 'Q: four'])
})
