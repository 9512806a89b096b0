import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { CALL_CHANNEL } from '../../../src-main/contract/channel.ts'
import { answerCalls } from '../../../src-main/shell/answerCalls.ts'
import { declareAppScheme, serveAppScheme } from '../../../src-main/shell/appScheme.ts'
import { denyPermissions } from '../../../src-main/shell/denyPermissions.ts'
import { keepOneInstance } from '../../../src-main/shell/keepOneInstance.ts'
import { lockWebContents } from '../../../src-main/shell/lockWebContents.ts'
import { openMainWindow } from '../../../src-main/shell/openMainWindow.ts'
import { shellState, standInElectron, StandInContents, standInLayout, type StandIn } from '../../support/standInElectron.ts'

let layout: Awaited<ReturnType<typeof standInLayout>>
beforeAll(async () => {
  layout = await standInLayout()
})
afterAll(() => layout.remove())

async function start(): Promise<StandIn> {
  const standIn = standInElectron()
  const state = shellState()
  for (const setup of [keepOneInstance, declareAppScheme, lockWebContents]) setup(standIn.electron, layout, state)
  for (const setup of [denyPermissions, serveAppScheme]) await setup(standIn.electron, layout, state)
  answerCalls(standIn.electron, {}, vi.fn())
  await openMainWindow(standIn.electron, layout, state)
  return standIn
}

describe('app://', () => {
  const get = async (url: string, method = 'GET') => (await start()).protocols.get('app')?.({ url, method })

  it('serves the page', async () => {
    const response = await get('app://tunedesk/index.html')
    expect(response?.status).toBe(200)
    expect(response?.headers.get('content-type')).toBe('text/html; charset=utf-8')
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
    const contents = windows[0]?.webContents ?? new StandInContents()
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
    keepOneInstance(electron, layout, shellState())
    expect(exit).toHaveBeenCalledWith(0)
  })
})
