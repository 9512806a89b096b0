import type { ChatAnswer, ChatTarget, ChatTurn } from '../../contract/areas/chat.ts'

interface Message {
  role: 'user' | 'assistant'
  content: string
}

const isSame = (a: ChatTarget, b: ChatTarget): boolean => JSON.stringify(a) === JSON.stringify(b)

/**
 * What a model reads before it answers the last of these turns: the questions, and its own answers; where another one was asked then, that
 * one's. A question that nobody answered is left out.
 */
export function messagesOf(turns: readonly ChatTurn[], target: ChatTarget): Message[] {
  const asked = ({ instruct, text }: ChatTurn): Message => ({ role: 'user', content: instruct + text })
  const before = turns.slice(0, -1).flatMap((turn): Message[] => {
    const answers = turn.answers.filter(({ text }) => text !== '')
    const own: ChatAnswer | undefined = answers.find((answer) => isSame(answer.target, target)) ?? answers[0]
    return own ? [asked(turn), { role: 'assistant', content: own.text }] : []
  })
  return [...before, ...turns.slice(-1).map(asked)]
}
