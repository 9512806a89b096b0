import type { Setup } from './electron.ts'

/** A second start brings the first one's window to the front and ends itself. */
export const keepOneInstance: Setup<void> = ({ app, BrowserWindow }) => {
  if (!app.requestSingleInstanceLock()) app.exit(0)
  app.on('second-instance', () => {
    const [window] = BrowserWindow.getAllWindows()
    if (window?.isMinimized()) window.restore()
    window?.focus()
  })
}
