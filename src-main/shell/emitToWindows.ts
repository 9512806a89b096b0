import { EVENT_CHANNEL } from '../contract/channel.ts'
import type { Emit } from '../contract/contract.ts'
import type { Electron } from './electron.ts'

export const emitToWindows =
  ({ BrowserWindow }: Pick<Electron, 'BrowserWindow'>): Emit =>
  (name, value) => {
    for (const { webContents } of BrowserWindow.getAllWindows()) {
      if (!webContents.isDestroyed()) webContents.send(EVENT_CHANNEL, name, value)
    }
  }
