import type { MenuItem } from '../contract/areas/app.ts'

/** What surrounds the services: Electron's dialogs, menu and power, or a browser's lack of them. */
export interface Platform {
  surroundings: 'electron' | 'browser'
  chooseFiles(options: { extensions: string[]; many: boolean }): Promise<string[]>
  chooseFolder(): Promise<string | null>
  /** Null where a place cannot be asked for or was refused. */
  choosePlace(suggestedName: string): Promise<string | null>
  showInFolder(path: string): void
  setMenu(items: readonly MenuItem[]): void
  /** Whether the computer may go to sleep by itself. */
  holdSleep(isHeld: boolean): void
}
