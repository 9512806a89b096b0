import type { Door } from '../../src-main/contract/client.ts'
import { openWebSocketDoor } from './webSocketDoor.ts'

declare global {
  interface Window {
    /** The preload's door (src-main/preload), where Electron surrounds the page. */
    tunedesk?: Door
  }
}

/** The way to the main process: the preload's, or in a browser a web socket. @throws TuneDeskError serve/connection-lost */
export const openDoor = async (): Promise<Door> => window.tunedesk ?? openWebSocketDoor(window.location)
