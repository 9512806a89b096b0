import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import type { Row } from '../../src-main/contract/row.ts'
import { startApp, type StartedApp, type StartOptions } from './electron/startApp.ts'

export interface AppWithRows {
  app: StartedApp
  page: Page
  project: string
  /** The rows as the main process has them. */
  rows(): Promise<Row[]>
}

/** An app that shows a project with these rows. */
export async function appWithRows(rows: readonly Row[], options: StartOptions = {}): Promise<AppWithRows> {
  const app = await startApp(options)
  const { folder } = await app.client.call('projects.create', { name: 'Examples' })
  await app.client.call('projects.close', { project: folder })
  await writeFile(join(folder, 'rows.jsonl'), rows.map((each) => `${JSON.stringify(each)}\n`).join(''))
  await showExamples(app.page, folder)
  return {
    app,
    page: app.page,
    project: folder,
    async rows() {
      const page = await app.client.call('rows.page', { project: folder, view: {}, start: 0, end: 100 })
      return page.rows.map(({ instruct, input, label }) => ({ instruct, input, label }))
    },
  }
}

/** Shows the examples of a project, as a page that is loaded anew does. */
export async function showExamples(page: Page, folder: string): Promise<void> {
  await page.evaluate((open) => {
    sessionStorage.setItem('open-project', open)
    location.hash = '#examples'
  }, folder)
  await page.reload()
  await page.getByRole('heading', { level: 1, name: /^(Examples|样例)$/ }).waitFor()
}
