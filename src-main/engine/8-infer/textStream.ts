import type { TokenId } from '../2-tokens/tokenisedRow.ts'

/** Text out of tokens, told in whole characters and never beyond a stop string. */
export interface TextStream {
  /** @returns what can be shown now; '' while a character or a possible stop string is incomplete */
  push(id: TokenId): string
  /** Whether a stop string has been met. Nothing is told behind it. */
  readonly stopped: boolean
  /** What is left at the end; a character of which bytes are missing is not. */
  end(): string
}

/** Decoders write U+FFFD for the up to three bytes of a character that is not whole yet: once, or once a byte. */
const UNFINISHED = /\ufffd{1,3}$/

/** @param decode tokens as text; of special tokens it is not asked */
export function createTextStream(decode: (ids: readonly TokenId[]) => string, stopStrings: readonly string[]): TextStream {
  const characters = createCharacterStream(decode)
  let held = ''
  let stopped = false

  return {
    push(id) {
      if (stopped) return ''
      held += characters(id)
      const found = stopStrings.map((stop) => held.indexOf(stop)).filter((at) => at >= 0)
      if (found.length > 0) {
        stopped = true
        return held.slice(0, Math.min(...found))
      }
      // Tell all that cannot become the beginning of a stop string.
      const kept = Math.max(0, ...stopStrings.map((stop) => overlap(held, stop)))
      const told = held.slice(0, held.length - kept)
      held = held.slice(held.length - kept)
      return told
    },
    get stopped() {
      return stopped
    },
    end: () => (stopped ? '' : held),
  }
}

/**
 * The text that each token adds. What a token stands for depends on those before it: a character's bytes may be spread over several, and
 * decoders take off the space before a text's first word. So a few tokens are decoded together, and what was told of them is left out.
 */
function createCharacterStream(decode: (ids: readonly TokenId[]) => string): (id: TokenId) => string {
  let window: TokenId[] = []
  let told = 0
  return (id) => {
    window.push(id)
    const text = decode(window)
    const whole = text.replace(UNFINISHED, '')
    const piece = whole.slice(told)
    told = Math.max(told, whole.length)
    // A token that is whole by itself is all that the next one needs before it.
    const own = decode([id])
    if (own !== '' && whole === text && text.endsWith(own)) {
      window = [id]
      told = own.length
    }
    return piece
  }
}

/** How much of the text's end is a beginning of `stop`. */
function overlap(text: string, stop: string): number {
  for (let length = Math.min(text.length, stop.length - 1); length > 0; length--)
    if (stop.startsWith(text.slice(text.length - length))) return length
  return 0
}
