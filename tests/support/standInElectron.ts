import { EventEmitter } from 'node:events'
import type { BrowserWindowConstructorOptions, Privileges } from 'electron'
import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Electron, Layout, ShellState } from '../../src-main/shell/electron.ts'
import { createOpenedPaths } from '../../src-main/shell/openedPaths.ts'

type Listener = (...parameters: never[]) => unknown

/** A page that nobody shows: it keeps what the shell hooked into it. */
export class StandInContents extends EventEmitter {
  mainFrame = { url: 'app://tunedesk/index.html' }
  sent: unknown[][] = []
  windowOpen: Listener = () => ({ action: 'allow' })
  setWindowOpenHandler(handler: Listener): void {
    this.windowOpen = handler
  }
  isDestroyed = (): boolean => false
  send(...parameters: unknown[]): void {
    this.sent.push(parameters)
  }
}

export interface StandInWindow extends EventEmitter {
  options: BrowserWindowConstructorOptions
  webContents: StandInContents
  url: string | undefined
}

/** What the shell has done to Electron, as far as a test can see it. */
export interface StandIn {
  electron: Electron
  app: EventEmitter
  schemes: { scheme: string; privileges: Privileges }[]
  protocols: Map<string, (request: { url: string; method: string }) => Response>
  windows: StandInWindow[]
  calls: Map<string, (event: unknown, ...parameters: unknown[]) => Promise<unknown>>
  permissions: { request?: Listener; check?: Listener; device?: Listener }
}

/** Stands in for Electron, whose program tests do without: records what the shell asks of it. */
export function standInElectron(): StandIn {
  const app = Object.assign(new EventEmitter(), {
    requestSingleInstanceLock: () => true,
    setPath: () => undefined,
    exit: () => undefined,
    quit: () => undefined,
    getLocale: () => 'en',
  })
  const standIn: Omit<StandIn, 'electron'> = {
    app,
    schemes: [],
    protocols: new Map(),
    windows: [],
    calls: new Map(),
    permissions: {},
  }
  class BrowserWindow extends EventEmitter implements StandInWindow {
    readonly webContents = new StandInContents()
    readonly options: BrowserWindowConstructorOptions
    url: string | undefined
    isMaximized = (): boolean => false
    getNormalBounds = (): object => ({ x: 0, y: 0, width: 800, height: 600 })
    reload = (): void => undefined
    constructor(options: BrowserWindowConstructorOptions) {
      super()
      this.options = options
      standIn.windows.push(this)
      app.emit('web-contents-created', {}, this.webContents)
    }
    async loadURL(url: string): Promise<void> {
      this.url = url
    }
    static getAllWindows(): unknown[] {
      return standIn.windows
    }
    static fromWebContents(contents: unknown): unknown {
      return standIn.windows.find(({ webContents }) => webContents === contents) ?? null
    }
  }
  const electron = {
    app,
    BrowserWindow,
    nativeTheme: { shouldUseDarkColors: false },
    screen: { getAllDisplays: () => [{ workArea: { x: 0, y: 0, width: 1920, height: 1080 } }] },
    dialog: { showMessageBox: async () => ({ response: 0 }) },
    ipcMain: { handle: (channel: string, answer: never) => standIn.calls.set(channel, answer) },
    protocol: {
      registerSchemesAsPrivileged: (schemes: StandIn['schemes']) => standIn.schemes.push(...schemes),
      handle: (scheme: string, answer: never) => standIn.protocols.set(scheme, answer),
    },
    session: {
      defaultSession: {
        setPermissionRequestHandler: (handler: Listener) => (standIn.permissions.request = handler),
        setPermissionCheckHandler: (handler: Listener) => (standIn.permissions.check = handler),
        setDevicePermissionHandler: (handler: Listener) => (standIn.permissions.device = handler),
      },
    },
  }
  return { ...standIn, electron: electron as unknown as Electron }
}

/** What setups share, heard by nobody. */
export const shellState = (): ShellState => ({ opened: createOpenedPaths(() => undefined), language: 'en' })

/** A built page of two files, with something beside it that is none of its business. */
export async function standInLayout(): Promise<Layout & { remove(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'shell-'))
  const renderer = join(folder, 'renderer')
  await mkdir(join(renderer, 'assets'), { recursive: true })
  await writeFile(join(renderer, 'index.html'), '<!doctype html>')
  await writeFile(join(renderer, 'assets/index.js'), 'export {}')
  await writeFile(join(folder, 'secret.txt'), 'not for the page')
  return {
    renderer,
    preload: join(folder, 'index.cjs'),
    engine: join(folder, 'engine.js'),
    resources: folder,
    dataFolder: join(folder, 'data'),
    projectsFolder: join(folder, 'projects'),
    remove: () => rm(folder, { recursive: true }),
  }
}
