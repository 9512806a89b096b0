import type { Platform } from '../services/platform.ts'
import { createSleepHolder } from './holdSleep.ts'

/** A browser has no dialog that tells where files lie, no folders to show and no menu of ours; the window offers other ways there. */
export const browserPlatform = (): Platform => ({
  surroundings: 'browser',
  chooseFiles: async () => [],
  chooseFolder: async () => null,
  choosePlace: async () => null,
  showInFolder: () => undefined,
  setMenu: () => undefined,
  holdSleep: createSleepHolder(),
})
