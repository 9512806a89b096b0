import type { Turns } from '../../../contract/areas/imports.ts'
import type { Row } from '../../../contract/row.ts'
import type { Message } from './readMessages.ts'

export interface ConversationRows {
  rows: Row[]
  /** Answers in it, as rows or not. */
  answers: number
  answersNotUsed: number
  /** Whether it ends with a question. */
  endsUnanswered: boolean
}

/** Between the system's words and the question: in a row they follow one another without anything between. */
const AFTER_SYSTEM = '\n\n'
const SPEAKERS = { en: { user: 'User: ', assistant: 'Assistant: ' }, zh: { user: '用户：', assistant: '助手：' } } as const

/**
 * A conversation as rows, one for each answer that is wanted. What the system says is `instruct` and the question `input`; without a system the
 * question is `instruct`. What was said before stands before the question, each turn with its speaker, in the question's language.
 */
export function conversationRows(messages: readonly Message[], turns: Turns): ConversationRows {
  const rows: Row[] = []
  const said: Message[] = []
  let system = ''
  let answers = 0
  for (const message of messages) {
    if (message.role === 'system') system += (system === '' ? '' : '\n') + message.text
    else {
      const question = said.at(-1)
      if (message.role === 'assistant' && question?.role === 'user') {
        answers++
        if (turns !== 'first' || answers === 1)
          rows.push(rowOf(system, turns === 'each-with-history' ? said : [question], message.text))
      }
      said.push(message)
    }
  }
  return { rows, answers, answersNotUsed: answers - rows.length, endsUnanswered: said.at(-1)?.role === 'user' }
}

function rowOf(system: string, said: readonly Message[], label: string): Row {
  const [only] = said
  const asked = said.length === 1 && only ? only.text : transcript(said)
  return system === '' ? { instruct: asked, input: '', label } : { instruct: system + AFTER_SYSTEM, input: asked, label }
}

function transcript(said: readonly Message[]): string {
  const question = said.at(-1)?.text ?? ''
  const speakers = SPEAKERS[/\p{Script=Han}/u.test(question) ? 'zh' : 'en']
  return said.map(({ role, text }) => (role === 'system' ? text : speakers[role] + text)).join('\n\n')
}
