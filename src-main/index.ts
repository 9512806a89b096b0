import { app, BrowserWindow, dialog, ipcMain, nativeTheme, protocol, session } from 'electron'
import { fileURLToPath } from 'node:url'
import { answerCalls } from './shell/answerCalls.ts'
import { declareAppScheme, serveAppScheme } from './shell/appScheme.ts'
import { denyPermissions } from './shell/denyPermissions.ts'
import type { Electron, Layout, Setup } from './shell/electron.ts'
import { keepOneInstance } from './shell/keepOneInstance.ts'
import { lockWebContents } from './shell/lockWebContents.ts'
import { openMainWindow } from './shell/openMainWindow.ts'
import { reportFailedStart } from './shell/reportFailedStart.ts'

const BEFORE_READY: Setup<void>[] = [keepOneInstance, declareAppScheme, lockWebContents]
const WHEN_READY: Setup[] = [denyPermissions, serveAppScheme, answerCalls, openMainWindow]

const electron: Electron = { app, BrowserWindow, dialog, ipcMain, nativeTheme, protocol, session }

/** This file becomes out/main/index.js; the resources lie beside out/. */
const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url))
const layout: Layout = {
  renderer: path('../renderer'),
  preload: path('../preload/index.cjs'),
  resources: path('../../resources'),
}

for (const setup of BEFORE_READY) setup(electron, layout)

// Not awaited: Electron is not ready before this module has run to its end.
void app
  .whenReady()
  .then(async () => {
    for (const setup of WHEN_READY) await setup(electron, layout)
  })
  .catch((error: unknown) => reportFailedStart(electron, error))
