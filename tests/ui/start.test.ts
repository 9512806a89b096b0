import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, describe, expect, it, onTestFinished } from 'vitest'
import { TuneDeskError } from '../../src-main/contract/error.ts'
import { showExamples } from './appWithRows.ts'
import { startApp, type StartedApp } from './electron/startApp.ts'

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
  it('is shown meanwhile, says so, and closes where they cannot be read', async () => {
    let refuse: (error: Error) => void = () => undefined
    const reading = new Promise<never>((_, reject) => (refuse = reject))
    app = await startApp({ answers: { 'rows.state': () => reading } })
    const { page } = app
    const { folder } = await app.client.call('projects.create', { name: 'Long' })
    await showExamples(page, folder)
    await page.getByText('Reading the examples').waitFor()
    refuse(new TuneDeskError('dataset/not-json', { file: 'rows.jsonl', detail: 'nonsense' }))
    await page.getByRole('region', { name: 'Notices' }).getByText('rows.jsonl is neither').waitFor()
    await page.getByRole('button', { name: 'Try it with the sample' }).waitFor()
  })
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
