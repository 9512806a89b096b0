import { setImmediate } from 'node:timers/promises'

/** A window is drawn 60 times a second. */
const MILLISECONDS_AT_ONCE = 8

export type Pause = () => Promise<void> | undefined

/** For long work in a process that must answer others meanwhile: awaited after each small piece, it lets them in when they have waited for long enough. */
export function createPauses(): Pause {
  let since = performance.now()
  return () => {
    if (performance.now() - since < MILLISECONDS_AT_ONCE) return undefined
    return setImmediate().then(() => {
      since = performance.now()
    })
  }
}
