import type { AppStart } from '../../../src-main/contract/areas/app.ts'
import { settingsSchema } from '../../../src-main/contract/settings.ts'
import { afterEach, describe, expect, it } from 'vitest'
import { startApp, type StartedApp } from '../electron/startApp.ts'

let app: StartedApp | undefined
afterEach(() => app?.stop())

const labels = async (started: StartedApp): Promise<string[]> => (await started.menu()).map(({ label }) => label)

describe('the application’s menu', () => {
  it('is in the person’s language, and follows it at once', async () => {
    app = await startApp({ locale: 'zh-CN' })
    await app.page.getByRole('main').waitFor()
    expect(await labels(app)).toEqual(expect.arrayContaining(['文件', '编辑', '视图', '窗口', '帮助']))
    await app.client.call('app.changeSettings', { language: 'en' })
    await expect.poll(() => labels(app as StartedApp)).toEqual(expect.arrayContaining(['File', 'Edit', 'View', 'Window', 'Help']))
  })

  it('has the window’s actions, and an entry does what its button does', async () => {
    app = await startApp()
    await app.page.getByRole('main').waitFor()
    const file = (await app.menu()).find(({ label }) => label === 'File')
    const settings = file?.submenu.find(({ accelerator }) => accelerator === 'CmdOrCtrl+,')
    await app.chooseFromMenu('File', settings?.label ?? '')
    await app.page.getByRole('heading', { level: 1, name: 'Settings' }).waitFor()
  })

  it('says which actions cannot be done now', async () => {
    app = await startApp()
    await app.page.getByRole('main').waitFor()
    const isEnabled = async (): Promise<boolean | undefined> => {
      const view = (await (app as StartedApp).menu()).find(({ label }) => label === 'View')
      return view?.submenu.find(({ accelerator }) => accelerator === 'CmdOrCtrl+3')?.enabled
    }
    expect(await isEnabled()).toBe(false)
    const { folder } = await app.client.call('projects.create', { name: 'poems', sample: 'poems' })
    await app.app.openFile(folder)
    await expect.poll(isEnabled).toBe(true)
  })
})

describe('keys that a text field has, too, on macOS, where the menu gets them first', () => {
  const keysIn = async (started: StartedApp): Promise<{ own: string[]; systems: string[] }> => {
    const edit = (await started.menu()).find(({ label }) => label === 'Edit')?.submenu ?? []
    return {
      own: edit.filter(({ role }) => role === null).flatMap(({ accelerator }) => accelerator ?? []),
      systems: edit.flatMap(({ role }) => role ?? []),
    }
  }

  it('are the field’s while a person types, and the table’s otherwise', async () => {
    const start: AppStart = {
      version: '0.0.0',
      surroundings: 'electron',
      platform: 'darwin',
      settings: settingsSchema.parse({}),
      recentProjects: [],
      projectsFolder: '/projects',
    }
    app = await startApp({ answers: { 'app.start': async () => start } })
    const started = app
    const { page } = started
    await page.getByRole('main').waitFor()
    const { folder } = await app.client.call('projects.create', { name: 'poems', sample: 'poems' })
    await app.app.openFile(folder)
    const shared = ['CmdOrCtrl+Z', 'CmdOrCtrl+Shift+Z', 'CmdOrCtrl+A', 'CmdOrCtrl+Backspace', 'Alt+Up', 'Alt+Down']
    await expect.poll(async () => (await keysIn(started)).own).toEqual(expect.arrayContaining(shared))
    expect((await keysIn(started)).systems).not.toContain('undo')

    await page.getByRole('searchbox').first().focus()
    await expect.poll(async () => (await keysIn(started)).own.filter((key) => shared.includes(key))).toEqual([])
    const { own, systems } = await keysIn(started)
    expect(systems).toEqual(['undo', 'redo', 'cut', 'copy', 'paste', 'selectAll'])
    expect(own, 'what no field has stays the window’s').toContain('CmdOrCtrl+D')

    await page.getByRole('searchbox').first().blur()
    await expect.poll(async () => (await keysIn(started)).own).toEqual(expect.arrayContaining(shared))
  })
})

describe('what the system draws', () => {
  it('has the theme that the person chose', async () => {
    app = await startApp()
    expect((await app.system()).theme).toBe('system')
    await app.client.call('app.changeSettings', { theme: 'dark' })
    expect((await app.system()).theme).toBe('dark')
  })

  it('asks for files where the window wants some', async () => {
    app = await startApp()
    await app.chooseNext('/data/rows.csv', '/data/more.csv')
    expect(await app.client.call('app.chooseFiles', { extensions: ['csv'], many: true })).toEqual([
      '/data/rows.csv',
      '/data/more.csv',
    ])
    expect(await app.client.call('app.chooseFolder', undefined)).toEqual({ folder: null })
    await app.chooseNext('/data/loss.svg')
    expect(await app.client.call('app.choosePlace', { suggestedName: 'loss.svg' })).toEqual({ path: '/data/loss.svg' })
    await app.client.call('app.showInFolder', { path: '/data/loss.svg' })
    expect((await app.system()).shownInFolder).toEqual(['/data/loss.svg'])
  })
})
