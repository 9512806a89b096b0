import {
  app,
  BrowserWindow,
  dialog,
  ipcMain,
  Menu,
  nativeTheme,
  powerMonitor,
  powerSaveBlocker,
  protocol,
  screen,
  session,
  shell,
  utilityProcess,
} from 'electron'
import { fileURLToPath } from 'node:url'
import { dataFolderOf, projectsFolderOf } from './services/dataFolder.ts'
import { declareAppScheme, serveAppScheme } from './shell/appScheme.ts'
import { denyPermissions } from './shell/denyPermissions.ts'
import type { Electron, Layout, Setup, ShellState } from './shell/electron.ts'
import { emitToWindows } from './shell/emitToWindows.ts'
import { keepOneInstance } from './shell/keepOneInstance.ts'
import { lockWebContents } from './shell/lockWebContents.ts'
import { createOpenedPaths } from './shell/openedPaths.ts'
import { openMainWindow } from './shell/openMainWindow.ts'
import { receivePaths } from './shell/receivePaths.ts'
import { reopenCrashedPage } from './shell/reopenCrashedPage.ts'
import { reportFailedStart } from './shell/reportFailedStart.ts'
import { startBackend } from './shell/startBackend.ts'
import { useDataFolder } from './shell/useDataFolder.ts'

const BEFORE_READY: Setup<void>[] = [
  useDataFolder,
  keepOneInstance,
  receivePaths,
  declareAppScheme,
  lockWebContents,
  reopenCrashedPage,
]

const WHEN_READY: Setup[] = [denyPermissions, serveAppScheme, startBackend, openMainWindow]

const electron: Electron = {
  app,
  BrowserWindow,
  dialog,
  ipcMain,
  Menu,
  nativeTheme,
  powerMonitor,
  powerSaveBlocker,
  protocol,
  screen,
  session,
  shell,
  utilityProcess,
}

/** This file becomes out/main/index.js; the resources lie beside out/. */
const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url))
const layout: Layout = {
  renderer: path('../renderer'),
  preload: path('../preload/index.cjs'),
  engine: path('./engine.js'),
  // Native code opens the models' files, which it cannot do inside the packaged app's archive: they lie beside it (electron-builder.yml).
  resources: path('../../resources').replace(/\bapp\.asar\b/, 'app.asar.unpacked'),
  dataFolder: dataFolderOf(process.platform, process.env),
  projectsFolder: projectsFolderOf(process.platform, process.env),
}
const state: ShellState = { opened: createOpenedPaths(emitToWindows(electron)), language: 'en' }

for (const setup of BEFORE_READY) setup(electron, layout, state)

// Not awaited: Electron is not ready before this module has run to its end.
void app
  .whenReady()
  .then(async () => {
    for (const setup of WHEN_READY) await setup(electron, layout, state)
  })
  .catch((error: unknown) => reportFailedStart(electron, error))
