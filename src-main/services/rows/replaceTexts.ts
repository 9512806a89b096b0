import { Worker } from 'node:worker_threads'
import type { Replacement, TextChange } from '../../contract/areas/rows.ts'
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
const by = isPattern ? replacement : () => replacement
// Each change alone: the pattern once more, at its place only, for what else there would become of its text there.
const changesIn = (text, most) => {
  const here = new RegExp(source, flags.replace('g', 'y'))
  const changes = []
  let changeCount = 0
  for (const { index: start, 0: found } of text.matchAll(pattern)) {
    const end = start + found.length
    if (changes.length < most) {
      here.lastIndex = start
      const whole = text.replace(here, by)
      const put = whole.slice(start, whole.length - (text.length - end))
      if (put === found) continue
      changes.push({ start, end, text: put })
    }
    changeCount++
  }
  return { changes, changeCount }
}
parentPort.on('message', ({ texts, mostChanges }) => {
  if (mostChanges !== undefined) {
    parentPort.postMessage({ changed: texts.map((text) => changesIn(text, mostChanges)) })
    return
  }
  const changed = []
  let characters = 0
  try {
    texts.forEach((text, index) => {
      const after = text.replace(pattern, by)
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

type Reply<Changed> = { changed: Changed[] } | { badPattern: string } | { tooLong: true }
type Search = Pick<Replacement, 'find' | 'replacement' | 'matchCase' | 'isPattern'>

/**
 * Replaces in texts, in a thread of its own.
 * @param onChanged is told of each text that changes, in order
 * @throws TuneDeskError rows/bad-pattern, rows/pattern-too-slow, rows/text-too-long
 */
export async function replaceTexts(
  texts: readonly string[],
  search: Search,
  onChanged: (index: number, after: string) => void,
): Promise<void> {
  await inThread(search, async (worker) => {
    for (let start = 0; start < texts.length;) {
      let end = start
      for (let characters = 0; end < texts.length && characters < CHARACTERS_AT_ONCE; end++) characters += texts[end]?.length ?? 0
      worker.postMessage({ texts: texts.slice(start, end) })
      for (const [index, after] of await nextReply<[index: number, after: string]>(worker, SECONDS_AT_ONCE))
        onChanged(start + index, after)
      start = end
    }
  })
}

/**
 * What a replacement changes in each of a few texts: the first `most` changes one by one, and how many there are.
 * @throws TuneDeskError rows/bad-pattern, rows/pattern-too-slow
 */
export async function changesIn(
  texts: readonly string[],
  search: Search,
  most: number,
): Promise<{ changes: TextChange[]; changeCount: number }[]> {
  if (texts.length === 0) return []
  return inThread(search, (worker) => {
    worker.postMessage({ texts, mostChanges: most })
    return nextReply(worker, SECONDS_AT_ONCE)
  })
}

async function inThread<Value>(
  { find, replacement, matchCase, isPattern }: Search,
  work: (worker: Worker) => Promise<Value>,
): Promise<Value> {
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
    return await work(worker)
  } finally {
    await worker.terminate()
  }
}

/** A pattern, for the flag u, that matches the text itself. */
export const escapePattern = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')

function nextReply<Changed>(worker: Worker, seconds: number): Promise<Changed[]> {
  return new Promise((resolve, reject) => {
    const finish = (): void => {
      clearTimeout(timer)
      worker.off('message', receive).off('error', fail)
    }
    const fail = (error: Error): void => {
      finish()
      reject(error)
    }
    const receive = (reply: Reply<Changed>): void => {
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
