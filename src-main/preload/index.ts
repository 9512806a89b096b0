import { contextBridge, ipcRenderer, webUtils, type IpcRendererEvent } from 'electron'
import { CALL_CHANNEL, EVENT_CHANNEL } from '../contract/channel.ts'
import type { Door } from '../contract/client.ts'

/** The window's only door. Which calls there are, and what they take, is checked on the other side. */
const door: Door = {
  call: (name, argument) => ipcRenderer.invoke(CALL_CHANNEL, name, argument),
  listen(listener) {
    const heard = (_event: IpcRendererEvent, name: string, value: unknown): void => listener(name, value)
    ipcRenderer.on(EVENT_CHANNEL, heard)
    return () => void ipcRenderer.removeListener(EVENT_CHANNEL, heard)
  },
  pathOf: async (file) => webUtils.getPathForFile(file),
}

contextBridge.exposeInMainWorld('tunedesk', door)
