import { APP_ORIGIN } from './appScheme.ts'
import type { Setup } from './electron.ts'

/** Opens the window; on macOS again whenever the app is activated without one. */
export const openMainWindow: Setup = ({ app, BrowserWindow, nativeTheme }, { preload }) => {
  const open = async (): Promise<void> => {
    const window = new BrowserWindow({
      width: 1080,
      height: 760,
      minWidth: 480,
      minHeight: 400,
      show: false,
      // The page's own background, so that the window does not flash before it is drawn (ui/tokens.css).
      backgroundColor: nativeTheme.shouldUseDarkColors ? '#1b1c1e' : '#fbfaf8',
      webPreferences: {
        preload,
        sandbox: true,
        contextIsolation: true,
        nodeIntegration: false,
        webSecurity: true,
        webviewTag: false,
      },
    })
    window.once('ready-to-show', () => window.show())
    await window.loadURL(`${APP_ORIGIN}/index.html`)
  }
  app.on('window-all-closed', () => {
    if (process.platform !== 'darwin') app.quit()
  })
  app.on('activate', () => {
    if (BrowserWindow.getAllWindows().length === 0) void open()
  })
  return open()
}
