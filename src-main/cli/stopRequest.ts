/** What a terminal sends for Ctrl-C, a system that shuts down, a window that closes. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** The exit code of a program that ended by Ctrl-C (128 + SIGINT). */
export const STOPPED_EXIT_CODE = 130

/** Somebody's wish that what goes on should stop. */
export interface StopRequest {
  signal: AbortSignal
  /** Signals act as they did before. */
  release(): void
}

/** Takes the first signal as the wish to stop in an orderly way, and says so by `onRequest`; the second ends the process at once. */
export function listenForStop(onRequest: () => void): StopRequest {
  const controller = new AbortController()
  const receive = (): void => {
    if (controller.signal.aborted) process.exit(STOPPED_EXIT_CODE)
    controller.abort()
    onRequest()
  }
  for (const name of SIGNALS) process.on(name, receive)
  return {
    signal: controller.signal,
    release: () => {
      for (const name of SIGNALS) process.off(name, receive)
    },
  }
}
