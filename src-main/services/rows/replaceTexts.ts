import { Worker } from 'node:worker_threads'
import type { Replacement } from '../../contract/areas/rows.ts'
import { TuneDeskError } from '../../contract/error.ts'

/** A pattern such as (a+)+$ takes longer than the universe lasts, and nothing but the end of its thread stops it. */
const SECONDS_AT_ONCE = 3
const SECONDS_TO_START = 20
/** So many characters are looked through at once: a few milliseconds, and the copy of them that the thread gets takes no longer. */
const CHARACTERS_AT_ONCE = 300_000
/** What a text may become. */
const MAX_CHARACTERS = 10_000_000

/** The thread's program is text, so that it runs the same from the sources, in tests and in a bundle. */
const PROGRAM = `
const { parentPort, workerData } = require('node:worker_threads')
const { source, flags, replacement, isPattern, maxCharacters } = workerData
let pattern
try {
  pattern = new RegExp(source, flags)
  parentPort.postMessage({ changed: [] })
} catch (error) {
  parentPort.postMessage({ badPattern: error.message })
}
parentPort.on('message', (texts) => {
  const changed = []
  let characters = 0
  try {
    texts.forEach((text, index) => {
      const after = text.replace(pattern, isPattern ? replacement : () => replacement)
      if (after === text) return
      changed.push([index, after])
      characters += after.length
      if (characters > maxCharacters) throw new RangeError()
    })
    parentPort.postMessage({ changed })
  } catch {
    parentPort.postMessage({ tooLong: true })
  }
})
`

type Reply = { changed: [index: number, after: string][] } | { badPattern: string } | { tooLong: true }

/**
 * Replaces in texts, in a thread of its own.
 * @param onChanged is told of each text that changes, in order
 * @throws TuneDeskError rows/bad-pattern, rows/pattern-too-slow, rows/text-too-long
 */
export async function replaceTexts(
  texts: readonly string[],
  { find, replacement, matchCase, isPattern }: Pick<Replacement, 'find' | 'replacement' | 'matchCase' | 'isPattern'>,
  onChanged: (index: number, after: string) => void,
): Promise<void> {
  const worker = new Worker(PROGRAM, {
    eval: true,
    workerData: {
      source: isPattern ? find : escapePattern(find),
      flags: matchCase ? 'gu' : 'giu',
      replacement,
      isPattern,
      maxCharacters: MAX_CHARACTERS,
    },
  })
  try {
    await nextReply(worker, SECONDS_TO_START)
    for (let start = 0; start < texts.length;) {
      let end = start
      for (let characters = 0; end < texts.length && characters < CHARACTERS_AT_ONCE; end++) characters += texts[end]?.length ?? 0
      worker.postMessage(texts.slice(start, end))
      for (const [index, after] of await nextReply(worker, SECONDS_AT_ONCE)) onChanged(start + index, after)
      start = end
    }
  } finally {
    await worker.terminate()
  }
}

/** A pattern, for the flag u, that matches the text itself. */
export const escapePattern = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')

function nextReply(worker: Worker, seconds: number): Promise<[index: number, after: string][]> {
  return new Promise((resolve, reject) => {
    const finish = (): void => {
      clearTimeout(timer)
      worker.off('message', receive).off('error', fail)
    }
    const fail = (error: Error): void => {
      finish()
      reject(error)
    }
    const receive = (reply: Reply): void => {
      if ('badPattern' in reply) fail(new TuneDeskError('rows/bad-pattern', { detail: reply.badPattern }))
      else if ('tooLong' in reply) fail(new TuneDeskError('rows/text-too-long', { limit: MAX_CHARACTERS }))
      else {
        finish()
        resolve(reply.changed)
      }
    }
    // A timer is late where this thread was busy: the reply may be there, and is let in first.
    const timer = setTimeout(() => {
      setImmediate(() => {
        fail(new TuneDeskError('rows/pattern-too-slow', { seconds }))
      })
    }, seconds * 1000)
    worker.on('message', receive).on('error', fail)
  })
}
