import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { createOpenedPaths } from '../../../src-main/shell/openedPaths.ts'
import { openMainWindow } from '../../../src-main/shell/openMainWindow.ts'
import { receivePaths } from '../../../src-main/shell/receivePaths.ts'
import { shellState, standInElectron, standInLayout } from '../../support/standInElectron.ts'

let layout: Awaited<ReturnType<typeof standInLayout>>
beforeAll(async () => {
  layout = await standInLayout()
})
afterAll(() => layout.remove())

it.each(['activate', 'open-file'])('on macOS, where an app lives without a window, %s opens one', async (event) => {
  const { electron, app, windows } = standInElectron()
  const told = vi.fn()
  const opened = createOpenedPaths(told)
  receivePaths(electron, layout, { opened, language: 'en' })
  await openMainWindow(electron, layout, { opened, language: 'en' })
  opened.pageListens()
  const [first] = windows.splice(0)
  first?.emit('closed')

  app.emit(event, { preventDefault: vi.fn() }, '/data/rows.csv')
  expect(windows).toHaveLength(1)
  expect(told, 'nobody hears it yet').not.toHaveBeenCalled()
  opened.pageListens()
  if (event === 'open-file') expect(told).toHaveBeenCalledWith('app.open', { paths: ['/data/rows.csv'] })
  app.emit(event, { preventDefault: vi.fn() }, '/data/rows.csv')
  expect(windows, 'and only one').toHaveLength(1)
})

it('a page that is loaded anew before it has come is no failed start; one that cannot come is', async () => {
  const open = (code: string): Promise<void> => {
    const { electron } = standInElectron()
    // As Electron says it: with the code of Chromium's network errors.
    const failure = Object.assign(new Error(`${code} loading 'app://tunedesk/index.html'`), { code })
    vi.spyOn(electron.BrowserWindow.prototype, 'loadURL').mockRejectedValue(failure)
    return Promise.resolve(openMainWindow(electron, layout, shellState()))
  }
  await expect(open('ERR_ABORTED')).resolves.toBeUndefined()
  await expect(open('ERR_FAILED')).rejects.toThrow('ERR_FAILED')
})
