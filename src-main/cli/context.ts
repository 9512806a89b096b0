import type { Language } from '../contract/error.ts'
import type { Engines } from '../host/engine.ts'
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
  /** What computes, in processes of its own that start when they are asked something. Closed when the command is through. */
  engines: Engines
  /** The root of files that ship with the app. */
  resources: string
  /** The folder of the window's built page. */
  page: string
  version: string
  /** What the process ends with when the command did not throw. */
  exitCode: number
}
