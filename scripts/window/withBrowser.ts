import { chromium, type Browser } from 'playwright-core'
import { requireBrowser, thisSystem } from '../browser/findBrowser.ts'

/** Does something with a browser that was installed here, and closes it whatever happens. */
export async function withBrowser<Result>(work: (browser: Browser) => Promise<Result>): Promise<Result> {
  const system = thisSystem()
  const executablePath = requireBrowser(system, (line) => process.stderr.write(`${line}\n`))
  // Chromium's own sandbox needs a user that is not root.
  const browser = await chromium.launch({ executablePath, args: system.isRoot ? ['--no-sandbox'] : [] })
  try {
    return await work(browser)
  } finally {
    await browser.close()
  }
}
