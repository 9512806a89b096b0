import { createInterface } from 'node:readline'
import { TuneDeskError } from '../contract/error.ts'
import type { Chat } from '../jobs/chat.ts'
import type { Context } from './context.ts'
import { reportError } from './reportError.ts'
import { printable } from './terminal/printable.ts'
import { READING_WIDTH } from './terminal/terminal.ts'
import { wrap } from './terminal/wrap.ts'

const RESET = '/reset'
const EXIT = '/exit'

/**
 * Talks with a model until the input ends: a line is a question. A person gets a prompt, and Ctrl-C that ends an answer, or the conversation;
 * lines from a pipe are answered one after another.
 */
export async function converse(chat: Chat, context: Context): Promise<void> {
  const { input, out, err, message } = context
  const isPerson = input.isTTY === true && out.interactive
  const { dim, cyan } = out.colours
  const prompt = cyan('› ')
  const lines = createInterface({ input, ...(isPerson ? { output: out.stream, prompt } : {}), terminal: isPerson })
  let answering: AbortController | null = null
  lines.on('SIGINT', () => {
    if (answering) answering.abort()
    else lines.close()
  })

  if (isPerson) {
    const width = Math.min(out.columns(), READING_WIDTH)
    for (const line of wrap(message(`chat.begin-${chat.template}`), width)) out.line(dim(line))
    lines.prompt()
  }
  for await (const line of lines) {
    const text = line.trim()
    if (text === EXIT) break
    if (text === RESET) {
      chat.reset()
      if (isPerson) out.line(dim(message('chat.reset')))
    } else if (text !== '') {
      answering = new AbortController()
      await answer(chat, text, answering.signal, context)
      answering = null
    }
    if (isPerson) lines.prompt()
  }
  lines.close()
  if (isPerson) out.line()

  async function answer(chat: Chat, text: string, signal: AbortSignal, { language }: Context): Promise<void> {
    try {
      const { reason } = await chat.send(text, { signal, onText: (piece) => out.write(printable(piece)) })
      const remark = reason === 'length' ? message('chat.length') : reason === 'aborted' ? message('chat.aborted') : ''
      out.line(isPerson && remark !== '' ? dim(` ${remark}`) : '')
    } catch (error) {
      // A question that is too long is no reason to end the conversation with a person.
      if (!isPerson || !(error instanceof TuneDeskError)) throw error
      reportError(error, err, language, false)
    }
  }
}
