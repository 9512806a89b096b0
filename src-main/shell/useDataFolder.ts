import { join } from 'node:path'
import type { Setup } from './electron.ts'

/** Chromium keeps what it needs for itself (caches, the page's session storage) in a folder of its own, beside ours. */
export const useDataFolder: Setup<void> = ({ app }, { dataFolder }) => {
  app.setPath('userData', dataFolder)
  app.setPath('sessionData', join(dataFolder, 'Chromium'))
}
