import { execFileSync } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { installBrowser } from './installBrowser.ts'

/** What is asked of the system. */
export interface BrowserSystem {
  platform: NodeJS.Platform
  environment: NodeJS.ProcessEnv
  isRoot: boolean
  isExecutable(path: string): boolean
  /** Runs a program to its end. @returns what it printed @throws where it fails */
  run(program: string, parameters: readonly string[]): string
}

const WINDOWS_PLACES = [
  'Google\\Chrome\\Application\\chrome.exe',
  'Chromium\\Application\\chrome.exe',
  'Microsoft\\Edge\\Application\\msedge.exe',
]
const MAC_PLACES = ['Google Chrome', 'Chromium', 'Microsoft Edge'].map(
  (name) => `Applications/${name}.app/Contents/MacOS/${name}`,
)
const LINUX_NAMES = [
  // The quickest: without the parts of a window that nobody sees.
  'chromium-headless-shell',
  'chromium',
  'google-chrome',
  'google-chrome-stable',
  'chromium-browser',
  'microsoft-edge',
  'microsoft-edge-stable',
]
/** Also where PATH does not lead there, as for services and over ssh. */
const LINUX_FOLDERS = ['/usr/bin', '/usr/local/bin', '/snap/bin', '/opt/google/chrome', '/opt/microsoft/msedge']

/** Where Chrome, Chromium and Edge usually lie. */
function usualPlaces({ platform, environment }: BrowserSystem): string[] {
  const folders = (...names: string[]): string[] => names.flatMap((name) => environment[name] || [])
  if (platform === 'win32')
    return folders('PROGRAMFILES', 'PROGRAMFILES(X86)', 'LOCALAPPDATA').flatMap((folder) =>
      WINDOWS_PLACES.map((place) => `${folder}\\${place}`),
    )
  if (platform === 'darwin') return ['', ...folders('HOME')].flatMap((root) => MAC_PLACES.map((place) => `${root}/${place}`))
  const onPath = (environment['PATH'] ?? '').split(delimiter).filter(Boolean)
  return LINUX_NAMES.flatMap((name) => [...onPath, ...LINUX_FOLDERS].map((folder) => join(folder, name)))
}

/** Ubuntu has a `chromium-browser` that only says how to get one. (On Windows the question would open a window; nothing like it is there.) */
function answers(path: string, { platform, run }: BrowserSystem): boolean {
  if (platform !== 'linux') return true
  try {
    return /\d+\.\d+/.test(run(path, ['--version']))
  } catch {
    return false
  }
}

/** The program of an installed browser that tests can drive: what CHROMIUM names, else one in a usual place; null where there is none. */
export function findBrowser(system: BrowserSystem): string | null {
  const named = system.environment['CHROMIUM']
  if (named) {
    if (system.isExecutable(named)) return named
    throw new Error(`CHROMIUM names ${named}, which is no program.`)
  }
  return usualPlaces(system).find((path) => system.isExecutable(path) && answers(path, system)) ?? null
}

/** @throws Error one sentence that says what is missing, where no browser is there and none can be installed */
export function requireBrowser(system: BrowserSystem, say: (line: string) => void): string {
  const found = findBrowser(system)
  if (found !== null) return found
  installBrowser(system, say)
  const installed = findBrowser(system)
  if (installed !== null) return installed
  throw new Error(
    'The tests of the window need Chrome, Chromium or Edge, and none is installed here: install one, or set CHROMIUM to its program.',
  )
}

export const thisSystem = (): BrowserSystem => ({
  platform: process.platform,
  environment: process.env,
  isRoot: process.getuid?.() === 0,
  isExecutable(path) {
    try {
      accessSync(path, constants.X_OK)
      return true
    } catch {
      return false
    }
  },
  run: (program, parameters) =>
    execFileSync(program, parameters, {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
      maxBuffer: 64_000_000,
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    }),
})
