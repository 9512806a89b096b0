import { existsSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

const NAME = 'TuneDesk'

/**
 * The folder of what the app keeps for itself, the same whether a window, a browser or a shell shows it: TUNEDESK_HOME, else where the system
 * wants such things (XDG Base Directory Specification; Windows: %APPDATA%; macOS: Application Support).
 */
export function dataFolderOf(platform: NodeJS.Platform, environment: NodeJS.ProcessEnv, home = homedir()): string {
  const { TUNEDESK_HOME, APPDATA, XDG_CONFIG_HOME } = environment
  if (TUNEDESK_HOME) return TUNEDESK_HOME
  if (platform === 'darwin') return join(home, 'Library', 'Application Support', NAME)
  if (platform === 'win32') return join(APPDATA || join(home, 'AppData', 'Roaming'), NAME)
  return join(XDG_CONFIG_HOME || join(home, '.config'), NAME)
}

/** Where new projects go unless a person says otherwise: in TUNEDESK_HOME, else among the documents, where there is a folder for them. */
export function projectsFolderOf(platform: NodeJS.Platform, environment: NodeJS.ProcessEnv, home = homedir()): string {
  if (environment['TUNEDESK_HOME']) return join(environment['TUNEDESK_HOME'], 'Projects')
  const documents = (platform === 'linux' && xdgDocuments(environment, home)) || join(home, 'Documents')
  return join(existsSync(documents) ? documents : home, NAME)
}

/** Desktops on Linux name the folder in the person's language (xdg-user-dirs). */
function xdgDocuments(environment: NodeJS.ProcessEnv, home: string): string | null {
  const file = join(environment['XDG_CONFIG_HOME'] || join(home, '.config'), 'user-dirs.dirs')
  if (!existsSync(file)) return null
  const [, path] = /^XDG_DOCUMENTS_DIR="(.+)"$/m.exec(readFileSync(file, 'utf8')) ?? []
  return path?.replace('$HOME', home) ?? null
}

/** Where an app keeps rows that were tokenised, so that they are not tokenised again. */
export const tokenCacheFolder = (dataFolder: string): string => join(dataFolder, 'cache', 'tokens')
