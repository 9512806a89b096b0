import { join } from 'node:path'
import { APP_ORIGIN } from './appScheme.ts'
import type { Setup } from './electron.ts'
import { placeWindow, readWindowState, rememberWindow, SMALLEST_SIZE } from './windowState.ts'

/** A page that is loaded anew before it has come, as one that crashed is, comes by that load: no reason to end the app. */
function failedLoad(error: unknown): void {
  if ((error as { code?: unknown }).code !== 'ERR_ABORTED') throw error
}

/** Opens the window where it was left; on macOS again whenever the app is activated, or asked to open something, without one. */
export const openMainWindow: Setup = (electron, { preload, dataFolder }, { opened }) => {
  const { app, BrowserWindow, nativeTheme, screen } = electron
  const stateFile = join(dataFolder, 'window.json')
  let isQuitting = false

  const open = async (): Promise<void> => {
    const state = readWindowState(stateFile)
    const window = new BrowserWindow({
      ...placeWindow(
        state,
        screen.getAllDisplays().map(({ workArea }) => workArea),
      ),
      minWidth: SMALLEST_SIZE.width,
      minHeight: SMALLEST_SIZE.height,
      show: false,
      title: 'TuneDesk',
      // The page's own background, so that the window does not flash before it is drawn (ui/tokens.css).
      backgroundColor: nativeTheme.shouldUseDarkColors ? '#1b1c1e' : '#fbfaf8',
      webPreferences: {
        preload,
        sandbox: true,
        contextIsolation: true,
        nodeIntegration: false,
        webSecurity: true,
        webviewTag: false,
        // Only the dictionary of a spell checker would be fetched from elsewhere.
        spellcheck: false,
      },
    })
    rememberWindow(window, stateFile)
    window.once('ready-to-show', () => {
      if (state?.isMaximized) window.maximize()
      window.show()
    })
    // Where closing the window ends the app, it stays until what goes on is saved, and so shows that.
    window.on('close', (event) => {
      if (process.platform === 'darwin' || isQuitting) return
      event.preventDefault()
      app.quit()
    })
    window.webContents.on('did-start-navigation', ({ isMainFrame, isSameDocument }) => {
      if (isMainFrame && !isSameDocument) opened.pageIsGone()
    })
    window.on('closed', () => opened.pageIsGone())
    await window.loadURL(`${APP_ORIGIN}/index.html`).catch(failedLoad)
  }
  // Registered behind whatever holds the end back: not prevented, it is the end.
  app.on('before-quit', (event) => {
    isQuitting = !event.defaultPrevented
  })
  const openWhereNone = (): void => {
    if (BrowserWindow.getAllWindows().length === 0) void open()
  }
  app.on('activate', openWhereNone)
  app.on('open-file', openWhereNone)
  app.on('second-instance', openWhereNone)
  return open()
}
