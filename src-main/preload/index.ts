import { contextBridge, ipcRenderer } from 'electron'
import type { Transport } from '../contract/client.ts'
import { CALL_CHANNEL } from '../contract/channel.ts'

/** The window's only door. Which calls there are, and what they take, is checked on the other side. */
const transport: Transport = (name, argument) => ipcRenderer.invoke(CALL_CHANNEL, name, argument)

contextBridge.exposeInMainWorld('tunedesk', transport)
