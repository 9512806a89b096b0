import type { OpenDialogOptions } from 'electron'
import type { MenuItem } from '../contract/areas/app.ts'
import type { Settings } from '../contract/settings.ts'
import type { Platform } from '../services/platform.ts'
import { applicationMenu } from './applicationMenu.ts'
import type { Electron, ShellState } from './electron.ts'
import { emitToWindows } from './emitToWindows.ts'
import { shellLanguage } from './shellLanguage.ts'

export interface ElectronPlatform extends Platform {
  /** What the system draws (menus, dialogs, the window's frame) follows the person's settings. */
  follow(settings: Settings): void
}

/** The system's dialogs, menu and power. */
export function electronPlatform(electron: Electron, state: ShellState): ElectronPlatform {
  const { app, BrowserWindow, dialog, Menu, nativeTheme, powerSaveBlocker, shell } = electron
  const emit = emitToWindows(electron)
  let items: readonly MenuItem[] = []
  let sleepBlocker: number | null = null

  const drawMenu = (): void => {
    const choose = (id: string): void => emit('app.action', { id })
    const { platform } = process
    const { language } = state
    Menu.setApplicationMenu(
      Menu.buildFromTemplate(applicationMenu(items, { platform, language, isPackaged: app.isPackaged, choose })),
    )
  }
  /** A dialog belongs to the window that asked for it: on macOS it hangs from its title bar, elsewhere it stays in front of it. */
  const ask = async (options: OpenDialogOptions): Promise<string[]> => {
    const window = BrowserWindow.getFocusedWindow()
    const { filePaths } = await (window ? dialog.showOpenDialog(window, options) : dialog.showOpenDialog(options))
    return filePaths
  }

  return {
    surroundings: 'electron',
    chooseFiles: ({ extensions, many }) =>
      ask({
        properties: many ? ['openFile', 'multiSelections'] : ['openFile'],
        filters: extensions.length > 0 ? [{ name: extensions.map((extension) => `.${extension}`).join(' '), extensions }] : [],
      }),
    chooseFolder: async () => (await ask({ properties: ['openDirectory', 'createDirectory'] }))[0] ?? null,
    async choosePlace(suggestedName) {
      const window = BrowserWindow.getFocusedWindow()
      const options = { defaultPath: suggestedName }
      const { canceled, filePath } = await (window ? dialog.showSaveDialog(window, options) : dialog.showSaveDialog(options))
      return canceled ? null : filePath
    },
    showInFolder: (path) => shell.showItemInFolder(path),
    setMenu(newItems) {
      items = newItems
      drawMenu()
      // The page sends its menu once its actions, and with them its ears, are there.
      state.opened.pageListens()
    },
    holdSleep(isHeld) {
      if (isHeld) sleepBlocker ??= powerSaveBlocker.start('prevent-app-suspension')
      else if (sleepBlocker !== null) {
        powerSaveBlocker.stop(sleepBlocker)
        sleepBlocker = null
      }
    },
    follow(settings) {
      nativeTheme.themeSource = settings.theme
      state.language = shellLanguage(app, settings.language)
      drawMenu()
    },
  }
}
