import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { CALL_CHANNEL } from '../../../src-main/contract/channel.ts'
import { answerCalls } from '../../../src-main/shell/answerCalls.ts'
import { declareAppScheme, serveAppScheme } from '../../../src-main/shell/appScheme.ts'
import { denyPermissions } from '../../../src-main/shell/denyPermissions.ts'
import type { Layout } from '../../../src-main/shell/electron.ts'
import { keepOneInstance } from '../../../src-main/shell/keepOneInstance.ts'
import { lockWebContents } from '../../../src-main/shell/lockWebContents.ts'
import { openMainWindow } from '../../../src-main/shell/openMainWindow.ts'
import { standInElectron, StandInContents, type StandIn } from '../../support/standInElectron.ts'

let layout: Layout
beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'shell-'))
  layout = { renderer: join(folder, 'renderer'), preload: join(folder, 'index.cjs'), resources: folder }
  await mkdir(join(layout.renderer, 'assets'), { recursive: true })
  await writeFile(join(layout.renderer, 'index.html'), '<!doctype html>')
  await writeFile(join(layout.renderer, 'assets/index.js'), 'export {}')
  await writeFile(join(folder, 'secret.txt'), 'not for the page')
})
afterAll(() => rm(layout.resources, { recursive: true }))

async function start(): Promise<StandIn> {
  const standIn = standInElectron()
  for (const setup of [keepOneInstance, declareAppScheme, lockWebContents]) setup(standIn.electron, layout)
  for (const setup of [denyPermissions, serveAppScheme, answerCalls, openMainWindow]) await setup(standIn.electron, layout)
  return standIn
}

describe('the window', () => {
  it('is sandboxed, isolated from the preload and without Node', async () => {
    const [window] = (await start()).windows
    expect(window?.options.webPreferences).toMatchObject({
      preload: layout.preload,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webSecurity: true,
      webviewTag: false,
    })
  })

  it('shows our page, from our own origin', async () => {
    expect((await start()).windows.map(({ url }) => url)).toEqual(['app://tunedesk/index.html'])
  })

  it.each(['will-navigate', 'will-frame-navigate', 'will-redirect', 'will-attach-webview'])(
    'stays where it is: %s',
    async (name) => {
      const [window] = (await start()).windows
      const event = { preventDefault: vi.fn(), url: 'https://example.org' }
      window?.contents.emit(name, event)
      expect(event.preventDefault).toHaveBeenCalled()
    },
  )

  it('opens no other', async () => {
    const [window] = (await start()).windows
    expect(window?.contents.windowOpen({ url: 'https://example.org' } as never)).toEqual({ action: 'deny' })
  })

  it('gets no permission', async () => {
    const { permissions } = await start()
    const callback = vi.fn()
    permissions.request?.(...([null, 'media', callback] as never[]))
    expect(callback).toHaveBeenCalledWith(false)
    expect(permissions.check?.()).toBe(false)
    expect(permissions.device?.()).toBe(false)
  })
})

describe('app://', () => {
  it('is a standard, secure scheme without further rights', async () => {
    expect((await start()).schemes).toEqual([
      { scheme: 'app', privileges: { standard: true, secure: true, supportFetchAPI: true } },
    ])
  })

  const get = async (url: string, method = 'GET') => (await start()).protocols.get('app')?.({ url, method })

  it('serves the page under a policy that allows nothing from elsewhere', async () => {
    const response = await get('app://tunedesk/index.html')
    expect(response?.status).toBe(200)
    expect(response?.headers.get('content-type')).toBe('text/html; charset=utf-8')
    const policy = response?.headers.get('content-security-policy')?.split('; ')
    expect(policy).toEqual(
      expect.arrayContaining([
        "default-src 'none'",
        "script-src 'self'",
        "connect-src 'self'",
        "require-trusted-types-for 'script'",
      ]),
    )
    expect(policy?.join()).not.toMatch(/unsafe|https?:/)
  })

  it('serves what lies in folders below', async () => {
    const response = await get('app://tunedesk/assets/index.js')
    expect(await response?.text()).toBe('export {}')
    expect(response?.headers.get('content-type')).toBe('text/javascript; charset=utf-8')
  })

  it.each([
    ['a path out of the folder', 'app://tunedesk/../secret.txt'],
    ['an encoded path out of the folder', 'app://tunedesk/%2e%2e/secret.txt'],
    ['an encoded slash', 'app://tunedesk/..%2fsecret.txt'],
    ['a backslash', 'app://tunedesk/..\\secret.txt'],
    ['an absolute path', 'app://tunedesk//etc/passwd'],
    ['a folder', 'app://tunedesk/assets'],
    ['another host', 'app://elsewhere/index.html'],
  ])('does not serve %s', async (_, url) => {
    expect((await get(url))?.status).toBe(404)
  })

  it('answers nothing but GET', async () => {
    expect((await get('app://tunedesk/index.html', 'POST'))?.status).toBe(404)
  })
})

describe('a call over Electron’s IPC', () => {
  const question = ['check.nothing', undefined]
  async function callFrom(sender: (window: StandInContents) => { sender: StandInContents; senderFrame: unknown }) {
    const { calls, windows } = await start()
    const contents = windows[0]?.contents ?? new StandInContents()
    return calls.get(CALL_CHANNEL)?.(sender(contents), ...question)
  }

  it('is answered in the top frame of our window', async () => {
    expect(await callFrom((sender) => ({ sender, senderFrame: sender.mainFrame }))).toMatchObject({ ok: false })
  })

  it.each([
    ['a frame inside our page', (sender: StandInContents) => ({ sender, senderFrame: { url: 'app://tunedesk/index.html' } })],
    ['a frame that is gone', (sender: StandInContents) => ({ sender, senderFrame: null })],
    [
      'a page from elsewhere in our window',
      (sender: StandInContents) => {
        sender.mainFrame = { url: 'https://example.org/index.html' }
        return { sender, senderFrame: sender.mainFrame }
      },
    ],
    [
      'contents that belong to no window',
      () => {
        const stranger = new StandInContents()
        return { sender: stranger, senderFrame: stranger.mainFrame }
      },
    ],
  ])('is refused from %s', async (_, sender) => {
    await expect(callFrom(sender)).rejects.toThrow('a call from a page that is not ours')
  })
})

describe('a second start', () => {
  it('ends at once', () => {
    const { electron } = standInElectron()
    const exit = vi.spyOn(electron.app, 'exit')
    vi.spyOn(electron.app, 'requestSingleInstanceLock').mockReturnValue(false)
    keepOneInstance(electron, layout)
    expect(exit).toHaveBeenCalledWith(0)
  })
})
