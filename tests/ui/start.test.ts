import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, describe, expect, it, onTestFinished } from 'vitest'
import { TuneDeskError } from '../../src-main/contract/error.ts'
import { showExamples } from './appWithRows.ts'
import { startApp, type StartedApp } from './electron/startApp.ts'
import { expectFine } from './pictures.ts'

let app: StartedApp | undefined
afterEach(() => app?.stop())

describe('the built app', () => {
  it.each(['en-US', 'zh-CN'] as const)('starts, shows its page, and complains of nothing: %s', async (locale) => {
    app = await startApp({ locale })
    await app.page.getByRole('main').waitFor()
    expect(await app.client.call('app.start', undefined)).toMatchObject({ surroundings: 'electron', version: '0.0.0-test' })
    expect((await app.system()).windows).toEqual([{ title: 'TuneDesk', progress: -1, isShown: true }])
    expect(app.complaints).toEqual([])
  })
})

describe('a project whose rows take long to read', () => {
  it.each([
    ['zh-CN', 'dark', '正在读取样例', '用样例试一试'],
    ['en-US', 'light', 'Reading the examples', 'Try it with the sample'],
  ] as const)(
    'is shown meanwhile, says so, and closes where they cannot be read: %s',
    async (locale, colorScheme, says, home) => {
      let refuse: (error: Error) => void = () => undefined
      const reading = new Promise<never>((_, reject) => (refuse = reject))
      app = await startApp({ locale, colorScheme, answers: { 'rows.state': () => reading } })
      const { page } = app
      const { folder } = await app.client.call('projects.create', { name: 'Long' })
      await showExamples(page, folder)
      await page.getByText(says).waitFor()
      await expectFine(page, 'examples-reading', locale, colorScheme)
      refuse(new TuneDeskError('dataset/not-json', { file: 'rows.jsonl', detail: 'nonsense' }))
      await page
        .getByRole('region')
        .getByText(/^rows\.jsonl .*nonsense/)
        .waitFor()
      await page.getByRole('button', { name: home }).waitFor()
      await expectFine(page, 'rows-unreadable', locale, colorScheme)
    },
  )
})

describe('the settings', () => {
  it('list the shortcuts of every place, from wherever they are opened', async () => {
    app = await startApp({ locale: 'en-US' })
    await app.page.evaluate(() => (location.hash = 'settings'))
    await app.page.reload()
    const keysOf = (action: string): Promise<string> =>
      app?.page.getByRole('row', { name: action }).getByRole('cell').last().innerText() ?? Promise.resolve('')
    expect(await keysOf('Find an action')).toBe('Ctrl+K')
    expect(await keysOf('Add example')).toBe('Ctrl+Enter')
    expect(await keysOf('Start training')).toBe('Ctrl+Shift+Enter')
  })
})

describe('the built command line', () => {
  it('runs without its sources', async () => {
    // Below the project, so that the built files find their packages.
    await mkdir(resolve('.cache'), { recursive: true })
    const folder = await mkdtemp(resolve('.cache/built-'))
    onTestFinished(() => rm(folder, { recursive: true }))
    await cp(resolve('out/main'), join(folder, 'out/main'), { recursive: true })
    await writeFile(join(folder, 'package.json'), '{ "type": "module", "version": "9.9.9" }')
    const { stdout } = await promisify(execFile)(process.execPath, [join(folder, 'out/main/tunedesk.js'), '--version'])
    expect(stdout).toBe('9.9.9\n')
  })
})
