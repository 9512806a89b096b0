import { chromium } from 'playwright-core'
import type { TestProject } from 'vitest/node'
import { requireBrowser, thisSystem } from '../../scripts/browser/findBrowser.ts'
import { installApp } from './electron/installApp.ts'
import type {} from './testBrowser.ts'

/** Before the first test of this tier: one browser and one installed app for all of its files. Where there is no browser, the tier fails, with a sentence. */
export default async function prepare(project: TestProject): Promise<() => Promise<void>> {
  const system = thisSystem()
  const executablePath = requireBrowser(system, (line) => process.stderr.write(`${line}\n`))
  // Chromium's own sandbox needs a user that is not root.
  const server = await chromium.launchServer({ executablePath, args: system.isRoot ? ['--no-sandbox'] : [] })
  const app = await installApp()
  project.provide('browser', server.wsEndpoint())
  project.provide('app', app.folder)
  return async () => {
    await server.close()
    await app.remove()
  }
}
