import type * as ElectronModule from 'electron'

/** What the setups use of Electron. It is handed to them, so that a test can hand in a stand-in. */
export type Electron = Pick<
  typeof ElectronModule,
  'app' | 'BrowserWindow' | 'dialog' | 'ipcMain' | 'nativeTheme' | 'protocol' | 'session'
>

/** Where the parts of the app lie once built. */
export interface Layout {
  /** The folder of the window's page. */
  renderer: string
  /** The preload script. */
  preload: string
  /** What ships with the app: samples, the starter model. */
  resources: string
}

/** One step of the start. Those before Electron is ready cannot wait. */
export type Setup<Result = void | Promise<void>> = (electron: Electron, layout: Layout) => Result
