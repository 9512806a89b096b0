import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const PACKAGE = fileURLToPath(new URL('../../node_modules/electron', import.meta.url))

/**
 * Electron's program, or null where it was not downloaded. The package itself is not asked: loading it would download what is missing.
 * It notes the program's name in path.txt, and ELECTRON_OVERRIDE_DIST_PATH says where else it lies (electron/index.js).
 */
export function electronProgram(environment: NodeJS.ProcessEnv = process.env, folder = PACKAGE): string | null {
  const note = join(folder, 'path.txt')
  if (!existsSync(note) && !environment['ELECTRON_OVERRIDE_DIST_PATH']) return null
  const name = existsSync(note) ? readFileSync(note, 'utf8').trim() : 'electron'
  const program = join(environment['ELECTRON_OVERRIDE_DIST_PATH'] || join(folder, 'dist'), name)
  return existsSync(program) ? program : null
}

/** Whether a window can open: on Linux there may be no display. */
export const hasDisplay = (platform: NodeJS.Platform, { DISPLAY, WAYLAND_DISPLAY }: NodeJS.ProcessEnv): boolean =>
  platform !== 'linux' || Boolean(DISPLAY || WAYLAND_DISPLAY)
