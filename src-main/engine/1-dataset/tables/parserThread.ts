import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import { Worker } from 'node:worker_threads'
import { TuneDeskError } from '../../../contract/error.ts'
import type { ReadingHooks } from './table.ts'

/** What an error of the book is made of, from a thread that has no book. */
export type ThreadFailure = { failed: string } | { tooLarge: number }

export interface ParserThread<Message> {
  file: string
  /** Runs in the thread. It is text, so that it runs the same from the sources, in tests and in a bundle; what it needs comes as `workerData`. */
  program: string
  data: Record<string, unknown>
  bytes: Uint8Array
  /** Without a word from the thread for so long it is stuck. */
  secondsPerMessage: number
  /** What a thread that says how large something would be must not exceed. */
  limit: number
  onMessage: (message: Message) => void
}

/**
 * The thread's heap, which has to hold a whole workbook. V8 ends the process, not the thread, when one large step meets the limit: the engine's
 * process is then started anew, and the window says so.
 */
const MAX_THREAD_MEGABYTES = 4096

/** Where a package lies, as a thread's program imports it: its text has no place from which to look. */
export const packageUrl = (name: string): string => pathToFileURL(createRequire(import.meta.url).resolve(name)).href

/**
 * Lets a library for a format of others do its work in a thread that can be ended: a damaged file may hold it in a loop for ever, and a large one
 * longer than a person waits.
 * @throws TuneDeskError dataset/damaged, dataset/too-large-unpacked; what the signal was aborted with
 */
export async function runParserThread<Message extends object>(
  thread: ParserThread<Message>,
  { signal }: ReadingHooks,
): Promise<void> {
  const { file, program, data, limit, secondsPerMessage, onMessage } = thread
  signal.throwIfAborted()
  const bytes = new Uint8Array(thread.bytes)
  const worker = new Worker(program, {
    eval: true,
    workerData: { ...data, bytes },
    transferList: [bytes.buffer],
    resourceLimits: { maxOldGenerationSizeMb: MAX_THREAD_MEGABYTES },
  })
  const damaged = (detail: string): TuneDeskError => new TuneDeskError('dataset/damaged', { file, detail })
  let timer: NodeJS.Timeout | undefined
  let stop = (): void => undefined
  try {
    await new Promise<void>((resolve, reject) => {
      timer = setTimeout(() => reject(damaged(`> ${secondsPerMessage} s`)), secondsPerMessage * 1000)
      stop = () => reject(signal.reason as Error)
      signal.addEventListener('abort', stop)
      worker.on('error', (error) => reject(damaged(error instanceof Error ? error.message : String(error))))
      worker.on('exit', () => resolve())
      worker.on('message', (message: Message | ThreadFailure) => {
        timer?.refresh()
        if ('failed' in message) reject(damaged(message.failed))
        else if ('tooLarge' in message)
          reject(new TuneDeskError('dataset/too-large-unpacked', { file, size: message.tooLarge, limit }))
        else onMessage(message)
      })
    })
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', stop)
    // One that is being ended may still fail: an error that nobody hears would end this process.
    worker.removeAllListeners().on('error', () => undefined)
    await worker.terminate()
  }
}
