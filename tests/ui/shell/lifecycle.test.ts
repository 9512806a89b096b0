import { readFile, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { afterEach, describe, expect, it, onTestFinished } from 'vitest'
import type { RunSummary } from '../../../src-main/contract/areas/runs.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'
import { startApp, type StartedApp } from '../electron/startApp.ts'

let app: StartedApp | undefined
afterEach(() => app?.stop())

const SMALL_MODEL = resolve('tests/golden/data/qwen2')

/** Begins a training that does not end by itself within a test, and waits until it has taken a step. */
async function startTraining(started: StartedApp): Promise<{ project: string; run: string }> {
  const { client } = started
  const { folder: project } = await client.call('projects.create', { name: 'poems', sample: 'poems' })
  await client.call('projects.changePlan', { project, plan: { model: SMALL_MODEL, settings: { num_train_epochs: 20_000 } } })
  const { id } = await client.call('runs.start', { project })
  await expect.poll(async () => (await runOf(started, project, id)).step, { timeout: 60_000 }).toBeGreaterThan(2)
  return { project, run: id }
}

async function runOf({ client }: StartedApp, project: string, run: string): Promise<RunSummary> {
  const found = (await client.call('runs.list', { project })).find(({ id }) => id === run)
  if (!found) throw new Error(`there is no run ${run}`)
  return found
}

describe('quitting', () => {
  it('saves a training at its next step, and it goes on from there', async () => {
    const home = await temporaryFolder()
    app = await startApp({ home })
    const { project, run } = await startTraining(app)
    const { step } = await runOf(app, project, run)
    expect((await app.system()).sleepIsHeld).toBe(true)
    expect(await app.main.quit()).toBe(0)
    expect(app.complaints).toEqual([])

    app = await startApp({ home })
    await app.client.call('projects.open', { folder: project })
    const stopped = await runOf(app, project, run)
    expect(stopped.phase).toBe('paused')
    expect(stopped.safeStep).toBeGreaterThanOrEqual(step)
    expect(stopped.step).toBe(stopped.safeStep)
  })

  it('is what closing the window does; the window stays until all is saved, and says so', async () => {
    app = await startApp()
    await startTraining(app)
    const engines = await app.main.children()
    // Saved it cannot be before it was looked at.
    for (const engine of engines) process.kill(engine, 'SIGSTOP')
    await app.app.closeWindow()
    const { windows } = await app.system()
    for (const engine of engines) process.kill(engine, 'SIGCONT')
    expect(windows).toEqual([{ title: 'TuneDesk — saving, then closing', progress: 2, isShown: true }])
    expect(await app.main.ended).toBe(0)
  })

  it('a second time ends at once, whatever the engine is doing', async () => {
    app = await startApp()
    await startTraining(app)
    const engines = await app.main.children()
    for (const engine of engines) process.kill(engine, 'SIGSTOP')
    onTestFinished(() => engines.forEach((engine) => process.kill(engine, 'SIGKILL')))
    await app.app.quit()
    await app.app.quit()
    expect((await app.system()).windows, 'two clicks at once are one').toHaveLength(1)
    await new Promise((resolve) => setTimeout(resolve, 1100))
    await app.app.quit().catch(() => undefined)
    expect(await app.main.ended).toBe(0)
  })
})

describe('the end of the app’s process in the midst of a training', () => {
  it('leaves a run that says how far it is safe', async () => {
    const home = await temporaryFolder()
    app = await startApp({ home })
    const { project, run } = await startTraining(app)
    await app.main.kill()

    app = await startApp({ home })
    await app.client.call('projects.open', { folder: project })
    expect(await runOf(app, project, run)).toMatchObject({ phase: 'interrupted', id: run })
  })
})

describe('the end of the page’s process', () => {
  it('brings the page back, and says that nothing is lost; not for ever', async () => {
    app = await startApp()
    await app.page.getByRole('main').waitFor()
    for (let crash = 0; crash < 4; crash++) await app.app.pageEnded('crashed')
    const { boxes } = await app.system()
    expect(boxes).toHaveLength(4)
    expect(boxes[0]).toContain('was opened again')
    expect(boxes[3]).toContain('ends each time it is opened')
    // Each load took the place of the one before: the last one brings the page, and the app is there to answer it.
    await expect.poll(() => app?.page.evaluate(() => document.readyState)).toBe('complete')
    await app.page.getByRole('main').waitFor()
    expect(await app.client.call('projects.recent', undefined)).toEqual([])
    expect(app.complaints).toEqual([])
  })

  it('that ended as it should is none', async () => {
    app = await startApp()
    await app.app.pageEnded('clean-exit')
    expect((await app.system()).boxes).toEqual([])
  })
})

describe('the window’s place', () => {
  it('is remembered, and one that is on no display is not used', async () => {
    const home = await temporaryFolder()
    await writeFile(join(home, 'window.json'), '{"x":-9000,"y":0,"width":1000,"height":700,"isMaximized":false}')
    app = await startApp({ home })
    await app.main.quit()
    // The stand-in opens a window without a place at 0, 0.
    expect(JSON.parse(await readFile(join(home, 'window.json'), 'utf8'))).toMatchObject({ x: 0, y: 0, width: 1000, height: 700 })
  })
})
