import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core'
import { fileURLToPath } from 'node:url'
import { answerCall } from '../../src-main/contract/answerCall.ts'
import type { Handlers } from '../../src-main/contract/contract.ts'
import { createHandlers } from '../../src-main/services/handlers.ts'
import { answerRequest, APP_ORIGIN, readFolder } from '../../src-main/shell/appScheme.ts'

const RENDERER = fileURLToPath(new URL('../../out/renderer', import.meta.url))
const RESOURCES = fileURLToPath(new URL('../../resources', import.meta.url))
/** Chromium knows no `app:`; every request is answered by the app's own function all the same. */
const STAND_IN_ORIGIN = 'https://tunedesk.test'

/** Debian's and Ubuntu's Chromium, or the one that CHROMIUM names. */
export const openBrowser = (): Promise<Browser> =>
  chromium.launch({ executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium', args: ['--no-sandbox'] })

export interface OpenedWindow {
  page: Page
  /** What the page complained about: errors, and what its content security policy refused. */
  complaints: string[]
}

/** The built page in a browser: its files, headers and calls answered by the code that answers them in Electron. */
export async function openWindow(
  browser: Browser,
  options: BrowserContextOptions,
  handlers: Partial<Handlers> = {},
): Promise<OpenedWindow> {
  const files = await readFolder(RENDERER)
  const context = await browser.newContext(options)
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text())
  })
  await page.route('**', async (route) => {
    const { pathname, search } = new URL(route.request().url())
    const response = answerRequest(files, APP_ORIGIN + pathname + search, route.request().method())
    const headers = Object.fromEntries(response.headers)
    await route.fulfill({ status: response.status, headers, body: Buffer.from(await response.arrayBuffer()) })
  })
  const all = { ...createHandlers(RESOURCES), ...handlers }
  await page.exposeFunction('tunedesk', (name: unknown, argument: unknown) =>
    answerCall(all, name, argument, (error) => complaints.push(String(error))),
  )
  await page.goto(`${STAND_IN_ORIGIN}/index.html`)
  return { page, complaints }
}
