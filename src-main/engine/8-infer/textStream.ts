/** Text out of tokens, told in whole characters and never beyond a stop string. */
export interface TextStream {
  /** @returns what can be shown now; '' while a character or a possible stop string is incomplete */
  push(bytes: Uint8Array): string
  /** Whether a stop string has been met. Nothing is told behind it. */
  readonly stopped: boolean
  /** What is left at the end. */
  end(): string
}

export function createTextStream(stopStrings: readonly string[]): TextStream {
  const decoder = new TextDecoder('utf-8')
  let held = ''
  let stopped = false

  /** Tells all that cannot become the beginning of a stop string. */
  function release(text: string): string {
    if (stopped) return ''
    held += text
    const found = stopStrings.map((stop) => held.indexOf(stop)).filter((at) => at >= 0)
    if (found.length > 0) {
      stopped = true
      return held.slice(0, Math.min(...found))
    }
    const kept = Math.max(0, ...stopStrings.map((stop) => overlap(held, stop)))
    const told = held.slice(0, held.length - kept)
    held = held.slice(held.length - kept)
    return told
  }

  return {
    push: (bytes) => release(decoder.decode(bytes, { stream: true })),
    get stopped() {
      return stopped
    },
    end() {
      const rest = release(decoder.decode())
      const last = stopped ? '' : held
      held = ''
      return rest + last
    },
  }
}

/** How much of the text's end is a beginning of `stop`. */
function overlap(text: string, stop: string): number {
  for (let length = Math.min(text.length, stop.length - 1); length > 0; length--)
    if (stop.startsWith(text.slice(text.length - length))) return length
  return 0
}
