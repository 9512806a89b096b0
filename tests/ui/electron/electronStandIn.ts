/**
 * Stands in for the package `electron` in the process of the built app: the same names with the same meaning, as far as the app uses them.
 * What Chromium and the system would do, the test does at the other end of a link.
 */
import { fork } from 'node:child_process'
import { EventEmitter } from 'node:events'
import type { MenuItemConstructorOptions, Rectangle } from 'electron'
import { openLink } from './link.ts'
import type { AppSide, DrawnMenuItem, PageSide, SystemState } from './served.ts'

const DISPLAY: Rectangle = { x: 0, y: 0, width: 2560, height: 1440 }

const state: SystemState = { windows: [], theme: 'system', sleepIsHeld: false, boxes: [], shownInFolder: [], recentDocuments: [] }
const dialogAnswers: string[][] = []
const schemes = new Map<string, (request: Request) => Promise<Response> | Response>()
const calls = new Map<string, (event: unknown, ...parameters: unknown[]) => unknown>()
let window: BrowserWindow | null = null
let menuTemplate: MenuItemConstructorOptions[] = []

const open = (opened: BrowserWindow): void => void (window = opened)

/** An event that its listeners can prevent, as Electron's. */
class PreventableEvent {
  defaultPrevented = false
  preventDefault(): void {
    this.defaultPrevented = true
  }
}

class WebContents extends EventEmitter {
  mainFrame = { url: '' }
  setWindowOpenHandler(): void {
    // Chromium asks it; here the page's own attempts are the test's business.
  }
  isDestroyed(): boolean {
    return window?.webContents !== this
  }
  send(channel: string, ...parameters: unknown[]): void {
    void page.send(channel, structuredClone(parameters))
  }
}

export class BrowserWindow extends EventEmitter {
  readonly webContents = new WebContents()
  readonly #drawn = { title: '', progress: -1, isShown: false }
  #bounds: Rectangle
  #isMaximized = false
  #url = ''
  #loads = 0

  constructor({ x = 0, y = 0, width = 800, height = 600, title = '' }: Partial<Rectangle> & { title?: string }) {
    super()
    this.#bounds = { x, y, width, height }
    this.#drawn.title = title
    state.windows.push(this.#drawn)
    open(this)
    app.emit('web-contents-created', {}, this.webContents)
  }

  async loadURL(url: string): Promise<void> {
    this.#url = url
    this.webContents.mainFrame.url = url
    await this.#load()
    this.emit('ready-to-show')
  }
  /** What becomes of it Electron tells by events alone. */
  reload(): void {
    this.#load().catch(() => undefined)
  }
  /** Fails as in Electron where another load takes its place. */
  async #load(): Promise<void> {
    const load = (this.#loads += 1)
    try {
      await page.load(this.#url)
    } catch (error) {
      if (load === this.#loads) throw error
      throw Object.assign(new Error(`ERR_ABORTED (-3) loading '${this.#url}'`), { code: 'ERR_ABORTED', errno: -3 })
    }
  }
  close(): boolean {
    const event = new PreventableEvent()
    this.emit('close', event)
    if (event.defaultPrevented) return false
    state.windows.splice(state.windows.indexOf(this.#drawn), 1)
    window = null
    this.emit('closed')
    void page.close()
    if (!isQuitting) app.emit('window-all-closed')
    return true
  }
  setTitle(title: string): void {
    this.#drawn.title = title
  }
  setProgressBar(progress: number): void {
    this.#drawn.progress = progress
  }
  show(): void {
    this.#drawn.isShown = true
  }
  maximize(): void {
    this.#isMaximized = true
  }
  focus(): void {
    this.emit('focus')
  }
  isMaximized = (): boolean => this.#isMaximized
  isMinimized = (): boolean => false
  getNormalBounds = (): Rectangle => this.#bounds
  static getAllWindows = (): BrowserWindow[] => (window ? [window] : [])
  static getFocusedWindow = (): BrowserWindow | null => window
  static fromWebContents = (contents: unknown): BrowserWindow | null => (window?.webContents === contents ? window : null)
}

let isQuitting = false
export const app = Object.assign(new EventEmitter(), {
  isPackaged: true,
  whenReady: async (): Promise<void> => undefined,
  requestSingleInstanceLock: (): boolean => true,
  setPath: (): void => undefined,
  getVersion: (): string => '0.0.0-test',
  getLocale: (): string => process.env['TUNEDESK_TEST_LOCALE'] ?? 'en-US',
  addRecentDocument: (path: string): void => void state.recentDocuments.push(path),
  exit: (code: number): never => process.exit(code),
  /** In Electron's order: before-quit, the windows' close, will-quit; each of the first two can hold it back. */
  quit(): void {
    const event = new PreventableEvent()
    app.emit('before-quit', event)
    if (event.defaultPrevented) return
    isQuitting = true
    if (window && !window.close()) {
      isQuitting = false
      return
    }
    app.emit('will-quit', new PreventableEvent())
    // What the page side is told last still has to leave.
    setImmediate(() => process.exit(0))
  },
})

const nextAnswer = (): string[] => dialogAnswers.shift() ?? []
export const dialog = {
  showOpenDialog: async () => {
    const filePaths = nextAnswer()
    return { canceled: filePaths.length === 0, filePaths }
  },
  showSaveDialog: async () => {
    const [filePath = ''] = nextAnswer()
    return { canceled: filePath === '', filePath }
  },
  /** With the window that it belongs to, or without. */
  showMessageBox: async (...parameters: unknown[]) => {
    const { message, detail } = parameters.at(-1) as { message: string; detail?: string }
    state.boxes.push([message, detail].join('\n'))
    return { response: 0 }
  },
  showErrorBox: (title: string, content: string): void => void state.boxes.push(`${title}\n${content}`),
}

export const ipcMain = {
  handle: (channel: string, answer: (event: unknown, ...parameters: unknown[]) => unknown) => void calls.set(channel, answer),
}

export const Menu = {
  buildFromTemplate: (template: MenuItemConstructorOptions[]) => template,
  setApplicationMenu: (template: MenuItemConstructorOptions[]) => void (menuTemplate = template),
}

export const nativeTheme = {
  get themeSource() {
    return state.theme
  },
  set themeSource(theme) {
    state.theme = theme
  },
  shouldUseDarkColors: false,
}

export const powerMonitor = new EventEmitter()
export const powerSaveBlocker = {
  start(): number {
    state.sleepIsHeld = true
    return 1
  },
  stop(): void {
    state.sleepIsHeld = false
  },
}

export const protocol = {
  registerSchemesAsPrivileged: (): void => undefined,
  handle: (scheme: string, answer: (request: Request) => Promise<Response> | Response) => void schemes.set(scheme, answer),
}

export const screen = { getAllDisplays: () => [{ workArea: DISPLAY }] }

export const session = {
  defaultSession: {
    setPermissionRequestHandler: (): void => undefined,
    setPermissionCheckHandler: (): void => undefined,
    setDevicePermissionHandler: (): void => undefined,
  },
}

export const shell = { showItemInFolder: (path: string): void => void state.shownInFolder.push(path) }

/** Electron's end of a utility process's channel, on top of Node's. */
const PARENT_PORT = `data:text/javascript,${encodeURIComponent(`
  const send = process.send.bind(process)
  process.send = undefined
  process.parentPort = { on: (name, listener) => process.on(name, (data) => listener({ data })), postMessage: send }
`)}`

export const utilityProcess = {
  fork(entry: string, parameters: string[] = []) {
    const child = fork(entry, parameters, {
      execArgv: ['--import', PARENT_PORT],
      serialization: 'advanced',
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    })
    return Object.assign(child, {
      // To a process that is gone, Electron's posts go nowhere.
      postMessage: (message: object) => child.connected && child.send(message, () => undefined),
    })
  },
}

const draw = ({ label, role, accelerator, enabled, submenu }: MenuItemConstructorOptions): DrawnMenuItem => ({
  label: label ?? '',
  role: role ?? null,
  accelerator: accelerator ?? null,
  enabled: enabled ?? true,
  submenu: Array.isArray(submenu) ? submenu.filter(({ type }) => type !== 'separator').map(draw) : [],
})

function findInMenu([label, ...rest]: string[], items: MenuItemConstructorOptions[]): MenuItemConstructorOptions | undefined {
  const item = items.find((candidate) => candidate.label === label)
  if (rest.length === 0) return item
  return Array.isArray(item?.submenu) ? findInMenu(rest, item.submenu) : undefined
}

const appSide: AppSide = {
  async request(url, method) {
    const answer = schemes.get(new URL(url).protocol.slice(0, -1))
    if (!answer) throw new Error(`nothing answers ${url}`)
    const response = await answer(new Request(url, { method }))
    const body = new Uint8Array(await response.arrayBuffer())
    return { status: response.status, headers: Object.fromEntries(response.headers), body }
  },
  async invoke({ url, isMain }, channel, parameters) {
    const sender = window?.webContents
    const senderFrame = isMain ? Object.assign(sender?.mainFrame ?? {}, { url }) : { url }
    return calls.get(channel)?.({ sender, senderFrame }, ...parameters)
  },
  pageStarted: () => void window?.webContents.emit('did-start-navigation', { isMainFrame: true, isSameDocument: false }),
  pageEnded: (reason) => void app.emit('render-process-gone', {}, window?.webContents, { reason }),
  answerDialog: (paths) => void dialogAnswers.push(paths),
  menu: () => menuTemplate.map(draw),
  chooseFromMenu(labels) {
    const item = findInMenu(labels, menuTemplate)
    if (!item?.click || item.enabled === false) throw new Error(`the menu has no ${labels.join(' → ')} to choose`)
    const click = item.click as () => void
    click()
  },
  system: () => state,
  quit: () => app.quit(),
  closeWindow: () => void window?.close(),
  startAgain: (parameters, folder) => void app.emit('second-instance', {}, [process.execPath, ...parameters], folder),
  openFile: (path) => void app.emit('open-file', new PreventableEvent(), path),
}

/** The test's end. Where the test has gone, so does the app. */
const page = openLink<PageSide>(
  {
    send: (message) => process.send?.(message),
    onMessage: (listener) => process.on('message', listener as (message: unknown) => void),
    onEnd: () => undefined, // this process ends, too
  },
  appSide,
)
process.on('disconnect', () => process.exit())
// As in a packaged app, whose first argument is its program and the others what it should open.
process.argv.splice(1, 1)
