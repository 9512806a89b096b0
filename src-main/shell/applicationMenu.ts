import type { MenuItemConstructorOptions } from 'electron'
import type { MenuItem } from '../contract/areas/app.ts'
import type { Language } from '../contract/error.ts'
import { MENU_WORDS } from './menuWords.ts'

export interface MenuSurroundings {
  platform: NodeJS.Platform
  language: Language
  isPackaged: boolean
  /** Tells the window that an action of its was chosen. */
  choose: (id: string) => void
}

type Role = NonNullable<MenuItemConstructorOptions['role']>
const LINE: MenuItemConstructorOptions = { type: 'separator' }

/** The window's actions, each in its menu, and beside them what every application of the system has. */
export function applicationMenu(items: readonly MenuItem[], surroundings: MenuSurroundings): MenuItemConstructorOptions[] {
  const { platform, language, isPackaged, choose } = surroundings
  const words = MENU_WORDS[language]
  const isMac = platform === 'darwin'
  const taken = new Set(items.flatMap(({ accelerator }) => accelerator ?? []))

  const actionsOf = (menu: MenuItem['menu']): MenuItemConstructorOptions[] =>
    items
      .filter((item) => item.menu === menu)
      .map(({ id, label, accelerator, enabled }) => ({
        id,
        label,
        enabled,
        click: () => choose(id),
        // The window handles its keys itself, with the same code as in a browser. Only macOS wants them of the menu.
        ...(accelerator === null ? {} : { accelerator, registerAccelerator: isMac }),
      }))
  const roles = (...names: (keyof typeof words.roles)[]): MenuItemConstructorOptions[] =>
    names.map((role) => ({ role, label: words.roles[role] }))
  const groups = (...parts: MenuItemConstructorOptions[][]): MenuItemConstructorOptions[] =>
    parts.filter((part) => part.length > 0).flatMap((part, index) => (index === 0 ? part : [LINE, ...part]))

  const undo = taken.has('CmdOrCtrl+Z') ? [] : roles('undo', 'redo')
  const menus: { label: string; role?: Role; submenu: MenuItemConstructorOptions[] }[] = [
    ...(isMac
      ? [
          {
            label: 'TuneDesk',
            submenu: groups(roles('about'), roles('services'), roles('hide', 'hideOthers', 'unhide'), roles('quit')),
          },
        ]
      : []),
    { label: words.file, submenu: groups(actionsOf('file'), isMac ? roles('close') : roles('quit')) },
    { label: words.edit, submenu: groups(undo, actionsOf('edit'), roles('cut', 'copy', 'paste', 'selectAll')) },
    {
      label: words.view,
      submenu: groups(
        actionsOf('view'),
        roles('resetZoom', 'zoomIn', 'zoomOut', 'togglefullscreen'),
        isPackaged ? [] : roles('toggleDevTools'),
      ),
    },
    { label: words.train, submenu: actionsOf('train') },
    { label: words.window, role: 'window', submenu: isMac ? roles('minimize', 'zoom') : roles('minimize', 'close') },
    { label: words.help, role: 'help', submenu: groups(actionsOf('help'), isMac ? [] : roles('about')) },
  ]
  return menus.filter(({ submenu }) => submenu.length > 0)
}
