import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it } from 'vitest'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** Stands in for the package `electron` in a process of its own: says what the built main process asks of it, and asks it for its page. */
const ELECTRON = `
  import { existsSync } from 'node:fs'
  import { EventEmitter } from 'node:events'
  const protocols = {}
  const calls = []
  export class BrowserWindow extends EventEmitter {
    constructor({ webPreferences }) {
      super()
      this.preloadIsThere = existsSync(webPreferences.preload)
    }
    async loadURL(url) {
      const page = await protocols.app({ url, method: 'GET' })
      const script = /src="([^"]+)"/.exec(await page.text())[1]
      const { status } = await protocols.app({ url: new URL(script, url).href, method: 'GET' })
      console.log(JSON.stringify({ page: page.status, script: status, preloadIsThere: this.preloadIsThere, calls }))
    }
  }
  export const app = Object.assign(new EventEmitter(), { requestSingleInstanceLock: () => true, whenReady: async () => {}, exit: process.exit })
  const nothing = () => {}
  export const dialog = { showErrorBox: console.error }
  export const ipcMain = { handle: (channel) => calls.push(channel) }
  export const nativeTheme = {}
  export const protocol = { registerSchemesAsPrivileged: nothing, handle: (scheme, answer) => (protocols[scheme] = answer) }
  export const session = {
    defaultSession: { setPermissionRequestHandler: nothing, setPermissionCheckHandler: nothing, setDevicePermissionHandler: nothing },
  }
`

/** Below the project, so that the built files find their packages; with an `electron` that is found before the real one. */
let folder: string
beforeAll(async () => {
  await mkdir(join(ROOT, '.cache'), { recursive: true })
  folder = await mkdtemp(join(ROOT, '.cache/start-'))
  await cp(join(ROOT, 'out'), join(folder, 'out'), { recursive: true })
  await mkdir(join(folder, 'node_modules/electron'), { recursive: true })
  await writeFile(join(folder, 'node_modules/electron/index.js'), ELECTRON)
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }')
  await writeFile(join(folder, 'node_modules/electron/package.json'), '{ "type": "module", "main": "index.js" }')
})
afterAll(() => rm(folder, { recursive: true }))

it('the built app starts, opens its window, and finds its page, script and preload', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [join(folder, 'out/main/index.js')])
  expect(JSON.parse(stdout)).toEqual({ page: 200, script: 200, preloadIsThere: true, calls: ['tunedesk:call'] })
})

it('the built command line runs without its sources', async () => {
  await writeFile(join(folder, 'package.json'), '{ "type": "module", "version": "9.9.9" }')
  const { stdout } = await promisify(execFile)(process.execPath, [join(folder, 'out/main/tunedesk.js'), '--version'])
  expect(stdout).toBe('9.9.9\n')
})
