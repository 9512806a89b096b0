import { explain } from '../contract/error.ts'
import type { Setup } from './electron.ts'

/** A page that ends again within this time ends each time. */
const MINUTE = 60_000
const MOST_CRASHES = 3

/**
 * A page whose process ends (no memory, a fault in Chromium) is loaded anew, and says so; main and the engine go on meanwhile. Where that
 * does not help, it is left closed.
 */
export const reopenCrashedPage: Setup<void> = ({ app, BrowserWindow, dialog }, _layout, state) => {
  let crashes: number[] = []
  app.on('render-process-gone', (_event, contents, { reason }) => {
    state.opened.pageIsGone()
    const window = BrowserWindow.fromWebContents(contents)
    if (!window || reason === 'clean-exit') return
    crashes = [...crashes.filter((time) => Date.now() - time < MINUTE), Date.now()]
    const canHelp = crashes.length <= MOST_CRASHES
    const { what, fix } = explain(canHelp ? 'window/ended' : 'window/keeps-ending', { reason }, state.language)
    if (canHelp) window.reload()
    void dialog.showMessageBox(window, { type: canHelp ? 'info' : 'error', message: what, detail: fix })
  })
}
