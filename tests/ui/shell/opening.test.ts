import { cp, mkdir, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, describe, expect, it } from 'vitest'
import { temporaryFolder } from '../../support/temporaryFolder.ts'
import { startApp, type StartedApp } from '../electron/startApp.ts'

let app: StartedApp | undefined
afterEach(() => app?.stop())

/** A project's folder somewhere on the computer. */
async function projectNamed(name: string): Promise<string> {
  const folder = join(await temporaryFolder(), name)
  await mkdir(folder)
  await cp(resolve('resources/samples/poems'), folder, { recursive: true })
  return folder
}

/** The name of the project that the window shows. */
const shows = (started: StartedApp, name: string): Promise<void> =>
  started.page.getByText(name, { exact: true }).first().waitFor()

describe('a project is opened', () => {
  it('that stands behind the program’s name, though its window’s page has to load first', async () => {
    app = await startApp({ paths: [await projectNamed('Behind the name')] })
    await shows(app, 'Behind the name')
  })

  it('by a second start, which ends itself', async () => {
    const folder = await projectNamed('Second start')
    app = await startApp()
    await app.page.getByRole('main').waitFor()
    // Relative to the folder that the second one was started in; Chromium adds parameters of its own.
    await app.app.startAgain(['--no-sandbox', 'Second start'], join(folder, '..'))
    await shows(app, 'Second start')
  })

  it('by the system: dropped on the icon, or by “open with”', async () => {
    app = await startApp()
    const folder = await projectNamed('Dropped')
    await app.app.openFile(folder)
    await shows(app, 'Dropped')
    expect((await app.system()).recentDocuments, 'and is among the recent documents').toEqual([folder])
  })

  it('again after the page was loaded anew, with what the system asked for meanwhile', async () => {
    app = await startApp()
    await app.page.getByRole('main').waitFor()
    await app.app.pageEnded('oom')
    await app.app.openFile(await projectNamed('Meanwhile'))
    await shows(app, 'Meanwhile')
    expect((await app.system()).boxes).toEqual([expect.stringContaining('The window ended unexpectedly (oom)')])
  })
})

describe('a data file is opened', () => {
  async function dataFile(): Promise<string> {
    const file = join(await temporaryFolder(), 'My questions.csv')
    await writeFile(file, 'question,answer\nWhat colour is the sky?,Blue\n')
    return file
  }
  /** The dialog that asks what the file's columns are. */
  async function importsIt({ page }: StartedApp): Promise<void> {
    const dialog = page.getByRole('dialog')
    await dialog.getByText('What colour is the sky?').waitFor()
    await dialog.getByRole('button', { name: 'Import 1 example' }).click()
    await dialog.waitFor({ state: 'detached' })
  }
  const rowsOf = async ({ client }: StartedApp, project: string) =>
    (await client.call('rows.page', { project, view: {}, start: 0, end: 9 })).rows.map(({ instruct, label }) => [instruct, label])

  it('by the system at the start: its rows are offered for a new project of its name', async () => {
    // As desktops on Linux say it.
    app = await startApp({ paths: [pathToFileURL(await dataFile()).href] })
    await importsIt(app)
    await shows(app, 'My questions')
    const [project] = await app.client.call('projects.recent', undefined)
    expect(await rowsOf(app, project?.folder ?? '')).toEqual([['What colour is the sky?', 'Blue']])
  })

  it('while a project is open: they are offered for that one', async () => {
    app = await startApp()
    const folder = await projectNamed('Open already')
    await app.app.openFile(folder)
    await shows(app, 'Open already')
    const file = await dataFile()
    await app.app.startAgain([file], '/')
    await importsIt(app)
    expect(await app.client.call('projects.recent', undefined)).toHaveLength(1)
    expect((await rowsOf(app, folder)).at(-1)).toEqual(['What colour is the sky?', 'Blue'])
  })

  it('project.json is its project', async () => {
    app = await startApp()
    await app.page.getByRole('main').waitFor()
    const { folder } = await app.client.call('projects.create', { name: 'By its file' })
    await app.client.call('projects.close', { project: folder })
    await app.app.openFile(join(folder, 'project.json'))
    await shows(app, 'By its file')
  })
})
