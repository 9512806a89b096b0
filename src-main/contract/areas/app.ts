import { z } from 'zod'
import { changesOf } from '../changesOf.ts'
import { call, event } from '../define.ts'
import { settingsSchema, type Settings } from '../settings.ts'
import type { RecentProject } from './projects.ts'

/** What the window needs before it can draw anything. */
export interface AppStart {
  version: string
  /** What surrounds the window: in a browser there are no native menus and dialogs, and no folder can be shown. */
  surroundings: 'electron' | 'browser'
  platform: 'darwin' | 'win32' | 'linux'
  settings: Settings
  recentProjects: RecentProject[]
  /** Where new projects go unless the settings say otherwise. */
  projectsFolder: string
}

/** An action of the window as the application's menu shows it. */
const menuItem = z.strictObject({
  /** The action's id. */
  id: z.string(),
  menu: z.enum(['file', 'edit', 'view', 'train', 'help']),
  label: z.string(),
  /** As Electron writes it, such as `CmdOrCtrl+Shift+N`; null where there is none. */
  accelerator: z.string().nullable(),
  enabled: z.boolean(),
})
export type MenuItem = z.output<typeof menuItem>

export const app = {
  calls: {
    'app.start': call<AppStart>()(z.undefined()),
    'app.changeSettings': call<Settings>()(changesOf(settingsSchema)),
    /** A person's choice of files by the system's dialog; empty where it was closed, or where there is none. */
    'app.chooseFiles': call<string[]>()(z.strictObject({ extensions: z.array(z.string()), many: z.boolean() })),
    /** The folder that a person chose; null where none was. */
    'app.chooseFolder': call<{ folder: string | null }>()(z.undefined()),
    /** Where a person wants a file; null where nowhere. In a browser a free name in the folder `exports` of the projects' folder. */
    'app.choosePlace': call<{ path: string | null }>()(z.strictObject({ suggestedName: z.string() })),
    'app.showInFolder': call<null>()(z.strictObject({ path: z.string() })),
    /** The window's actions, for the application's menu. */
    'app.setMenu': call<null>()(z.array(menuItem)),
  },
  events: {
    'app.settingsChanged': event<Settings>(),
    /** An entry of the application's menu was chosen. */
    'app.action': event<{ id: string }>(),
    /** The system asks to open these: dropped on the icon, or by "open with". */
    'app.open': event<{ paths: string[] }>(),
  },
}
