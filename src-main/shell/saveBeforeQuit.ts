import type { Backend } from '../services/backend.ts'
import type { Electron, ShellState } from './electron.ts'

/** Longer than any step of a training that is worth waiting for. What was saved before stays, whatever happens then. */
const LONGEST_WAIT = 60_000
/** A quit that follows so soon is the same click. */
const SAME_CLICK = 1_000

const WORDS = { en: 'TuneDesk — saving, then closing', zh: 'TuneDesk — 正在保存，随后关闭' } as const

/**
 * Holds the app's end back until what goes on is saved: a training stops at its next step boundary. The window stays meanwhile and says so.
 * Asking to quit a second time ends the app at once.
 */
export function saveBeforeQuit({ app, BrowserWindow, powerMonitor }: Electron, backend: Backend, shell: ShellState): void {
  let state: 'running' | 'saving' | 'saved' = 'running'
  let askedAt = 0

  app.on('before-quit', (event) => {
    if (state === 'saved') return
    if (state === 'saving') {
      if (Date.now() - askedAt < SAME_CLICK) event.preventDefault()
      return
    }
    event.preventDefault()
    state = 'saving'
    askedAt = Date.now()
    for (const window of BrowserWindow.getAllWindows()) {
      window.setTitle(WORDS[shell.language])
      window.setProgressBar(2) // more than 1: goes on, nobody knows for how long
    }
    void within(LONGEST_WAIT, backend.close()).then(() => {
      state = 'saved'
      app.quit()
    })
  })

  // Without windows nobody could see the training, or end it. On macOS an app goes on without them.
  app.on('window-all-closed', () => {
    if (process.platform !== 'darwin') app.quit()
  })

  // The computer shuts down (Linux, macOS): it waits for us as long as we hold this back.
  const holdBack = (event: { preventDefault(): void }): void => {
    event.preventDefault()
    app.quit()
  }
  // Electron's types forget the event.
  powerMonitor.on('shutdown', holdBack as () => void)
}

/** Resolves when the work has ended, however, or the time is over. */
const within = (milliseconds: number, work: Promise<void>): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds)
    const end = (): void => {
      clearTimeout(timer)
      resolve()
    }
    work.then(end, (error: unknown) => {
      console.error(error)
      end()
    })
  })
