import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { WebPreferences } from 'electron'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { CALL_CHANNEL } from '../../../src-main/contract/channel.ts'
import { CONTENT_SECURITY_POLICY } from '../../../src-main/page/contentSecurityPolicy.ts'
import { answerCalls } from '../../../src-main/shell/answerCalls.ts'
import { declareAppScheme, serveAppScheme } from '../../../src-main/shell/appScheme.ts'
import { denyPermissions } from '../../../src-main/shell/denyPermissions.ts'
import { lockWebContents } from '../../../src-main/shell/lockWebContents.ts'
import { openMainWindow } from '../../../src-main/shell/openMainWindow.ts'
import { shellState, standInElectron, standInLayout, type StandIn } from '../../support/standInElectron.ts'

/** The points of electronjs.org/docs/latest/tutorial/security, in their order. What needs a page is in tests/ui/security.test.ts as well. */
const read = (path: string): string => readFileSync(resolve(path), 'utf8')

/** Every file of the sources, with its text. */
const sources = ['src-main', 'src-renderer'].flatMap((folder) =>
  readdirSync(resolve(folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => /\.(ts|svelte|html)$/.test(path))
    .map((path) => ({ path: join(folder, path), text: read(join(folder, path)) })),
)
const mentioning = (pattern: RegExp): string[] => sources.filter(({ text }) => pattern.test(text)).map(({ path }) => path)

let layout: Awaited<ReturnType<typeof standInLayout>>
let standIn: StandIn
let preferences: WebPreferences
beforeAll(async () => {
  layout = await standInLayout()
  standIn = standInElectron()
  const state = shellState()
  declareAppScheme(standIn.electron, layout, state)
  lockWebContents(standIn.electron, layout, state)
  await denyPermissions(standIn.electron, layout, state)
  await serveAppScheme(standIn.electron, layout, state)
  answerCalls(standIn.electron, {}, vi.fn())
  await openMainWindow(standIn.electron, layout, state)
  preferences = standIn.windows[0]?.options.webPreferences ?? {}
})
afterAll(() => layout.remove())

const prevented = (name: string): boolean => {
  const event = { preventDefault: vi.fn(), url: 'https://example.org' }
  standIn.windows[0]?.webContents.emit(name, event)
  return event.preventDefault.mock.calls.length === 1
}

describe('Electron’s security checklist', () => {
  it('1. only secure content is loaded: our own, from our own scheme', () => {
    expect(standIn.windows.map(({ url }) => url)).toEqual(['app://tunedesk/index.html'])
    expect(mentioning(/loadFile\(|loadURL\((?!`\$\{APP_ORIGIN\})/)).toEqual([])
  })

  it('2. the page has no Node', () => {
    expect(preferences.nodeIntegration).toBe(false)
    expect(preferences.nodeIntegrationInWorker ?? false).toBe(false)
    expect(preferences.nodeIntegrationInSubFrames ?? false).toBe(false)
  })

  it('3. the preload’s world is isolated from the page’s', () => {
    expect(preferences.contextIsolation).toBe(true)
  })

  it('4. the page’s process is sandboxed', () => {
    expect(preferences.sandbox).toBe(true)
    expect(mentioning(/no-sandbox/)).toEqual([])
  })

  it('5. no page gets a permission, whether it asks or looks', () => {
    const callback = vi.fn()
    standIn.permissions.request?.(...([null, 'media', callback] as never[]))
    expect(callback).toHaveBeenCalledWith(false)
    expect(standIn.permissions.check?.()).toBe(false)
    expect(standIn.permissions.device?.()).toBe(false)
  })

  it('6. web security is on', () => {
    expect(preferences.webSecurity).toBe(true)
  })

  it('7. a policy lets the page use what is its own, and turns text into neither elements nor scripts', async () => {
    const response = standIn.protocols.get('app')?.({ url: 'app://tunedesk/index.html', method: 'GET' })
    expect(response?.headers.get('content-security-policy')).toBe(CONTENT_SECURITY_POLICY)
    expect(CONTENT_SECURITY_POLICY.split('; ')).toEqual([
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self'",
      "img-src 'self' data: blob:",
      "font-src 'self'",
      "connect-src 'self'",
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
      "require-trusted-types-for 'script'",
      'trusted-types svelte-trusted-html',
    ])
  })

  it('8. insecure content is not allowed', () => {
    expect(preferences.allowRunningInsecureContent ?? false).toBe(false)
  })

  it('9. and 10. no experimental features are on', () => {
    expect(preferences.experimentalFeatures ?? false).toBe(false)
    expect(preferences.enableBlinkFeatures).toBeUndefined()
    expect(mentioning(/appendSwitch|enableBlinkFeatures|experimentalFeatures/)).toEqual([])
  })

  it('11. and 12. there are no embedded pages, and none can be made', () => {
    expect(preferences.webviewTag).toBe(false)
    expect(prevented('will-attach-webview')).toBe(true)
    expect(mentioning(/<webview|<iframe|WebContentsView|allowpopups/)).toEqual([])
  })

  it.each(['will-navigate', 'will-frame-navigate', 'will-redirect'])('13. the page goes nowhere else: %s', (name) => {
    expect(prevented(name)).toBe(true)
  })

  it('14. it opens no other window', () => {
    expect(standIn.windows[0]?.webContents.windowOpen({ url: 'https://example.org' } as never)).toEqual({ action: 'deny' })
  })

  it('15. nothing is handed to other programs to open', () => {
    expect(mentioning(/openExternal|openPath/)).toEqual([])
  })

  it('16. Electron’s version is one that is chosen, not whatever was there', () => {
    const { devDependencies } = JSON.parse(read('package.json')) as { devDependencies: { electron: string } }
    expect(devDependencies.electron).toMatch(/^\d+\.\d+\.\d+$/)
  })

  it('17. a call is answered only in the top frame of our own window', async () => {
    const contents = standIn.windows[0]?.webContents
    const ask = (senderFrame: unknown): Promise<unknown> | undefined =>
      standIn.calls.get(CALL_CHANNEL)?.({ sender: contents, senderFrame }, 'app.start', undefined)
    expect(await ask(contents?.mainFrame)).toMatchObject({ ok: false })
    await expect(ask({ url: 'app://tunedesk/index.html' })).rejects.toThrow('not ours')
    await expect(ask(null)).rejects.toThrow('not ours')
    // index.ts hands it on, electron.ts names its type: there is no other way in.
    const waysIn = ['src-main/index.ts', 'src-main/shell/answerCalls.ts', 'src-main/shell/electron.ts']
    expect(mentioning(/ipcMain/).sort()).toEqual(waysIn.map((path) => join(path)))
  })

  it('18. there is no file://: the page has an origin of its own without further rights', () => {
    expect(standIn.schemes).toEqual([{ scheme: 'app', privileges: { standard: true, secure: true, supportFetchAPI: true } }])
    expect(read('electron-builder.yml')).toContain('grantFileProtocolExtraPrivileges: false')
  })

  it('19. the packaged program’s fuses are set', () => {
    const [, section = ''] = /^electronFuses:\n((?: {2}.*\n)+)/m.exec(read('electron-builder.yml')) ?? []
    const fuses = Object.fromEntries(
      section
        .split('\n')
        .filter((line) => /^ {2}\w/.test(line))
        .map((line) => line.trim().split(': ')),
    ) as Record<string, string>
    expect(fuses).toEqual({
      runAsNode: 'false',
      enableNodeOptionsEnvironmentVariable: 'false',
      enableNodeCliInspectArguments: 'false',
      enableCookieEncryption: 'true',
      enableEmbeddedAsarIntegrityValidation: 'true',
      onlyLoadAppFromAsar: 'true',
      grantFileProtocolExtraPrivileges: 'false',
    })
  })

  it('20. the preload shows the page a door, and nothing of Electron', async () => {
    vi.resetModules()
    const exposed = new Map<string, object>()
    const invoke = vi.fn(async () => ({ ok: true, value: 1 }))
    const ipcRenderer = { invoke, on: vi.fn(), removeListener: vi.fn(), send: vi.fn(), postMessage: vi.fn() }
    vi.doMock('electron', () => ({
      contextBridge: { exposeInMainWorld: (name: string, api: object) => exposed.set(name, api) },
      ipcRenderer,
      webUtils: { getPathForFile: () => '/a' },
    }))
    await import('../../../src-main/preload/index.ts')
    vi.doUnmock('electron')
    expect([...exposed.keys()]).toEqual(['tunedesk'])
    const door = exposed.get('tunedesk') as {
      call(name: string, argument: unknown): Promise<unknown>
      listen(listener: unknown): unknown
    }
    expect(Object.keys(door).sort()).toEqual(['call', 'listen', 'pathOf'])
    await door.call('app.start', undefined)
    expect(invoke.mock.calls).toEqual([[CALL_CHANNEL, 'app.start', undefined]])
    // What the page hears is a name and a value: the event would hand it the sender.
    const listener = vi.fn()
    door.listen(listener)
    const heard = ipcRenderer.on.mock.calls[0]?.[1] as (...parameters: unknown[]) => void
    heard({ sender: ipcRenderer }, 'app.action', { id: 'x' })
    expect(listener.mock.calls).toEqual([['app.action', { id: 'x' }]])
  })
})
