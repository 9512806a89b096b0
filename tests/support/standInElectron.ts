import { EventEmitter } from 'node:events'
import type { BrowserWindowConstructorOptions, Privileges } from 'electron'
import type { Electron } from '../../src-main/shell/electron.ts'

type Listener = (...parameters: never[]) => unknown

/** A page that nobody shows: it keeps what the shell hooked into it. */
export class StandInContents extends EventEmitter {
  mainFrame = { url: 'app://tunedesk/index.html' }
  windowOpen: Listener = () => ({ action: 'allow' })
  setWindowOpenHandler(handler: Listener): void {
    this.windowOpen = handler
  }
}

/** What the shell has done to Electron, as far as a test can see it. */
export interface StandIn {
  electron: Electron
  app: EventEmitter
  schemes: { scheme: string; privileges: Privileges }[]
  protocols: Map<string, (request: { url: string; method: string }) => Response>
  windows: { options: BrowserWindowConstructorOptions; contents: StandInContents; url: string | undefined }[]
  calls: Map<string, (event: unknown, ...parameters: unknown[]) => Promise<unknown>>
  permissions: { request?: Listener; check?: Listener; device?: Listener }
}

/** Stands in for Electron, whose program tests do without: records what the shell asks of it. */
export function standInElectron(): StandIn {
  const app = Object.assign(new EventEmitter(), {
    requestSingleInstanceLock: () => true,
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
  class BrowserWindow extends EventEmitter {
    readonly contents = new StandInContents()
    readonly #entry: StandIn['windows'][number]
    constructor(options: BrowserWindowConstructorOptions) {
      super()
      this.#entry = { options, contents: this.contents, url: undefined }
      standIn.windows.push(this.#entry)
      app.emit('web-contents-created', {}, this.contents)
    }
    async loadURL(url: string): Promise<void> {
      this.#entry.url = url
    }
    static getAllWindows(): unknown[] {
      return standIn.windows
    }
    static fromWebContents(contents: unknown): unknown {
      return standIn.windows.find((window) => window.contents === contents) ?? null
    }
  }
  const electron = {
    app,
    BrowserWindow,
    nativeTheme: { shouldUseDarkColors: false },
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
