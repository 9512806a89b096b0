import type { Language } from '../contract/error.ts'
import type { Message } from './messages/message.ts'
import type { InputStream, Terminal } from './terminal/terminal.ts'

/** What every command is handed. */
export interface Context {
  out: Terminal
  err: Terminal
  input: InputStream
  language: Language
  message: Message
  /** What a suggested command begins with: `tunedesk`, or how npm runs it. */
  invocation: string
  /** The root of files that ship with the app. */
  resources: string
  /** What the process ends with when the command did not throw. */
  exitCode: number
}
