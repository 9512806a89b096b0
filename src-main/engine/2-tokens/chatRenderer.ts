import { createRequire } from 'node:module'
import { Worker } from 'node:worker_threads'
import { TuneDeskError } from '../../contract/error.ts'

/** The Jinja library has no limit of its own: `range(10**9)` in a template would take all time and memory. */
const SECONDS_PER_TEXT = 1
const SECONDS_TO_START = 20
const MAX_TEXT_CHARACTERS = 1_000_000
const MAX_RANGE = 100_000
/**
 * The thread's heap. V8 ends the whole process, not the thread, when one large step meets a small limit (Node 24), so the limit is beyond what
 * a second can fill: what grows fastest, a range and a doubled text, is capped by itself.
 */
const MAX_WORKER_MEGABYTES = 1024

export interface ChatMessage {
  role: 'system' | 'user' | 'assistant'
  content: string
}

export interface Conversation {
  messages: ChatMessage[]
  /** End with what introduces an answer. */
  addGenerationPrompt: boolean
}

/** Writes conversations as a model's chat template does, in a thread of its own. */
export interface ChatRenderer {
  /**
   * @returns a text for each conversation
   * @throws TuneDeskError template/failed, template/over-limit
   */
  render(conversations: readonly Conversation[]): Promise<string[]>
  close(): Promise<void>
}

/**
 * The thread's program. It is text rather than a file, so that it runs the same from the sources, in tests and in a bundle; text has no module
 * resolution, hence the library's path as data.
 */
const PROGRAM = `
const { parentPort, workerData } = require('node:worker_threads')
const { Environment, Template } = require(workerData.library)
class OverLimit extends Error {}
const { set } = Environment.prototype
Environment.prototype.set = function (name, value) {
  const capped = (start, stop, step) => {
    const length = stop === undefined ? start : (stop - start) / (step ?? 1)
    if (length > workerData.maxRange) throw new OverLimit('range(' + length + ')')
    return value(start, stop, step)
  }
  return set.call(this, name, name === 'range' ? capped : value)
}
const attempt = (work) => {
  try {
    return work()
  } catch (error) {
    if (error instanceof OverLimit) return { overLimit: error.message }
    return { failed: error instanceof Error ? error.message : String(error) }
  }
}
let template
parentPort.postMessage(attempt(() => {
  template = new Template(workerData.source)
  return { text: '' }
}))
parentPort.on('message', (conversations) => {
  for (const variables of conversations) parentPort.postMessage(attempt(() => {
    const text = template.render(variables)
    return text.length > workerData.limit ? { overLimit: '1 MB' } : { text }
  }))
})
`

type Reply = { text: string } | { failed: string } | { overLimit: string }

/**
 * @param source the Jinja template
 * @param specialTokens `bos_token`, `eos_token` … as the template may name them
 */
export function openChatRenderer(source: string, specialTokens: Record<string, string>): ChatRenderer {
  let worker: Worker | null = null
  let queue: Promise<unknown> = Promise.resolve()

  const stop = async (): Promise<void> => {
    const stopping = worker
    worker = null
    await stopping?.terminate()
  }

  /** Collects `count` replies, each within its time; the thread is stopped at the first that is missing. */
  const collect = (thread: Worker, count: number, seconds: number): Promise<string[]> =>
    new Promise((resolve, reject) => {
      const texts: string[] = []
      const finish = (): void => {
        clearTimeout(timer)
        thread.off('message', receive).off('error', fail)
        thread.unref()
      }
      const failWith = (error: Error): void => {
        finish()
        void stop()
        reject(error)
      }
      const overLimit = (limit: string): void => {
        failWith(new TuneDeskError('template/over-limit', { limit }))
      }
      const fail = (error: Error): void => {
        if ('code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY') overLimit(`${MAX_WORKER_MEGABYTES} MB`)
        else failWith(new TuneDeskError('template/failed', { reason: error.message }, { cause: error }))
      }
      const receive = (reply: Reply): void => {
        timer.refresh()
        if ('failed' in reply) failWith(new TuneDeskError('template/failed', { reason: reply.failed }))
        else if ('overLimit' in reply) overLimit(reply.overLimit)
        else if (texts.push(reply.text) === count) {
          finish()
          resolve(texts)
        }
      }
      // A timer is late where this thread was busy, and then fires before the replies that wait: let those in first.
      const timer = setTimeout(() => {
        const before = texts.length
        setImmediate(() => {
          if (texts.length === before) overLimit(`${seconds} s`)
        })
      }, seconds * 1000)
      thread.ref()
      thread.on('message', receive).on('error', fail)
    })

  const start = async (): Promise<Worker> => {
    if (worker) return worker
    worker = new Worker(PROGRAM, {
      eval: true,
      workerData: {
        library: createRequire(import.meta.url).resolve('@huggingface/jinja'),
        source,
        limit: MAX_TEXT_CHARACTERS,
        maxRange: MAX_RANGE,
      },
      resourceLimits: { maxOldGenerationSizeMb: MAX_WORKER_MEGABYTES },
    })
    const thread = worker
    // One that is being stopped may still run out of memory: an error that nobody hears would end this process.
    thread.on('error', () => undefined)
    await collect(thread, 1, SECONDS_TO_START)
    return thread
  }

  return {
    render(conversations) {
      const turn = queue.then(async () => {
        if (conversations.length === 0) return []
        const thread = await start()
        const texts = collect(thread, conversations.length, SECONDS_PER_TEXT)
        thread.postMessage(
          conversations.map(({ messages, addGenerationPrompt }) => ({
            ...specialTokens,
            messages,
            add_generation_prompt: addGenerationPrompt,
          })),
        )
        return texts
      })
      queue = turn.catch(() => undefined)
      return turn
    },
    close: stop,
  }
}
