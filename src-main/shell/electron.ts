import type * as ElectronModule from 'electron'
import type { Language } from '../contract/error.ts'
import type { OpenedPaths } from './openedPaths.ts'

/** What the setups use of Electron. It is handed to them, so that a test can hand in a stand-in. */
export type Electron = Pick<
  typeof ElectronModule,
  | 'app'
  | 'BrowserWindow'
  | 'dialog'
  | 'ipcMain'
  | 'Menu'
  | 'nativeTheme'
  | 'powerMonitor'
  | 'powerSaveBlocker'
  | 'protocol'
  | 'screen'
  | 'session'
  | 'shell'
  | 'utilityProcess'
>

/** Where the parts of the app lie once built, and where it keeps what is the person's. */
export interface Layout {
  /** The folder of the window's page. */
  renderer: string
  /** The preload script. */
  preload: string
  /** The script of the engine's process. */
  engine: string
  /** What ships with the app: samples, the starter model. */
  resources: string
  /** What the app keeps for itself. */
  dataFolder: string
  /** Where new projects go. */
  projectsFolder: string
}

/** What several setups share. */
export interface ShellState {
  opened: OpenedPaths
  /** Of what the system draws for us. English until the app's settings are read. */
  language: Language
}

/** One step of the start. Those before Electron is ready cannot wait. */
export type Setup<Result = void | Promise<void>> = (electron: Electron, layout: Layout, state: ShellState) => Result
