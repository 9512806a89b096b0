import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { _electron, type ElectronApplication, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { electronProgram, hasDisplay } from '../../scripts/app/electronProgram.ts'

const program = electronProgram()
const canRun = program !== null && hasDisplay(process.platform, process.env)

describe.runIf(canRun)('the app in Electron', () => {
  let home: string
  let app: ElectronApplication
  let page: Page
  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'tunedesk-electron-'))
    app = await _electron.launch({
      executablePath: program ?? '',
      // Chromium's own sandbox needs a user that is not root.
      args: [resolve('.'), ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])],
      env: { ...(process.env as Record<string, string>), TUNEDESK_HOME: home },
    })
    page = await app.firstWindow()
    await page.getByRole('main').waitFor()
  })
  afterAll(async () => {
    await app.close()
    await rm(home, { recursive: true, force: true })
  })

  it('shows our page, from our own scheme', () => {
    expect(page.url()).toMatch(/^app:\/\/tunedesk\/index\.html/)
  })

  it('has a page without Node, whose preload cannot be reached from it', async () => {
    const reachable = await page.evaluate(() =>
      ['require', 'process', 'module', 'global', 'ipcRenderer', 'electron'].filter((name) => name in globalThis),
    )
    expect(reachable).toEqual([])
  })

  it('answers the page, and computes in a process of its own', async () => {
    const examined = await page.evaluate(() =>
      (globalThis as unknown as { tunedesk: { call(name: string, argument: unknown): Promise<{ ok: boolean }> } }).tunedesk.call(
        'computer.examine',
        undefined,
      ),
    )
    expect(examined.ok).toBe(true)
    const processes = await app.evaluate(({ app: electron }) => electron.getAppMetrics().map(({ serviceName }) => serviceName))
    expect(processes).toContain('TuneDesk Engine')
  })
})
