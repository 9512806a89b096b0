import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright-core'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { RunSummary } from '../../../src-main/contract/areas/runs.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'
import { testBrowser } from '../testBrowser.ts'
import { startServe } from './startServe.ts'

const SMALL_MODEL = fileURLToPath(new URL('../../golden/data/qwen2', import.meta.url))

/** A browser of its own: its cookies are nobody else's. */
async function newBrowserPage(): Promise<Page> {
  const context = await (await testBrowser()).newContext({ locale: 'en-US', viewport: { width: 1280, height: 820 } })
  onTestFinished(() => context.close())
  return context.newPage()
}

/** A call through a web socket of the page's own making: what a script in the page could do. */
const call = (page: Page, name: string, argument?: unknown): Promise<unknown> =>
  page.evaluate(
    ([name, argument]) =>
      new Promise((resolve, reject) => {
        const socket = new WebSocket(`ws://${location.host}/contract`)
        socket.onopen = () => socket.send(JSON.stringify({ id: 1, name, argument }))
        socket.onerror = () => reject(new Error('refused'))
        socket.onmessage = ({ data }) => {
          const { id, answer } = JSON.parse(data as string) as { id?: number; answer?: { value: unknown } }
          if (id !== 1) return
          socket.close()
          resolve(answer?.value ?? answer)
        }
      }),
    [name, argument] as const,
  )

describe('tunedesk serve', () => {
  it('shows the app in a browser, which complains of nothing', async () => {
    const serve = await startServe(await temporaryFolder())
    const page = await newBrowserPage()
    const complaints: string[] = []
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) complaints.push(message.text())
    })
    page.on('pageerror', (error) => complaints.push(error.message))
    await page.goto(serve.address)
    await page.getByRole('main').waitFor()
    expect(new URL(page.url()).search, 'the token does not stay in the address').toBe('')
    expect(await page.evaluate(() => document.cookie), 'no script sees the cookie').toBe('')
    expect(await call(page, 'app.start')).toMatchObject({ surroundings: 'browser' })
    expect(complaints).toEqual([])
  })

  it('lets in nobody with an address that was used, and a second browser with a new one', async () => {
    const serve = await startServe(await temporaryFolder())
    await (await newBrowserPage()).goto(serve.address)
    const second = await newBrowserPage()
    await second.goto(serve.address)
    await second.getByText('This browser may not open TuneDesk yet.').waitFor()
    await second.goto(await serve.newAddress())
    await second.getByRole('main').waitFor()
  })

  it('answers no page from elsewhere, though its browser was let in', async () => {
    const serve = await startServe(await temporaryFolder())
    const other = await startServe(await temporaryFolder())
    const page = await newBrowserPage()
    await page.goto(serve.address)
    await page.getByRole('main').waitFor()
    // Another program's page on this computer, of the same site for cookies: the port makes no difference to them.
    await page.goto(other.address)
    await page.getByRole('main').waitFor()
    const reached = await page.evaluate(
      (port) =>
        new Promise((resolve) => {
          const socket = new WebSocket(`ws://127.0.0.1:${port}/contract`)
          socket.onopen = () => resolve('open')
          socket.onerror = () => resolve('refused')
        }),
      serve.port,
    )
    expect(reached).toBe('refused')
  })

  it('takes a file that was dropped, which the page’s own code can then name to main', async () => {
    const folder = await temporaryFolder()
    await writeFile(join(folder, '问答.csv'), 'instruct,input,label\nq,,a\n')
    const serve = await startServe(await temporaryFolder())
    const page = await newBrowserPage()
    await page.goto(serve.address)
    await page.getByRole('main').waitFor()
    const uploaded = await page.evaluate(async () => {
      const file = new File(['instruct,input,label\nq,,a\n'], '问答.csv')
      const answer = await fetch(`/upload?name=${encodeURIComponent(file.name)}`, { method: 'POST', body: file })
      return (await answer.json()) as { ok: boolean; value: string }
    })
    expect(uploaded.ok).toBe(true)
    expect(await readFile(uploaded.value, 'utf8')).toBe('instruct,input,label\nq,,a\n')
    serve.signal('SIGINT')
    await serve.ended
    await expect(readFile(uploaded.value), 'nothing of it stays').rejects.toThrow('ENOENT')
  })

  it('takes a model by its path, and says in the page that the connection is lost, when it is', async () => {
    const serve = await startServe(await temporaryFolder())
    const page = await newBrowserPage()
    await page.goto(serve.address)
    const lost = page.getByText('The connection to TuneDesk is lost.')
    await page.getByRole('main').waitFor()
    expect(await lost.count()).toBe(0)
    // A browser has no dialog for a folder of this computer, so its path is typed.
    await page.getByRole('button', { name: 'Models' }).click()
    await page.getByRole('button', { name: 'Add a model' }).first().click()
    await page.getByRole('dialog').getByRole('textbox', { name: 'Folder of the model' }).fill(SMALL_MODEL)
    await page.getByRole('dialog').getByRole('button', { name: 'Add' }).click()
    await page.getByRole('heading', { name: 'qwen2' }).waitFor()
    serve.signal('SIGKILL')
    await lost.waitFor()
    // The next one has another address and another token, so that this page cannot find it.
    await page.getByText('start it again and open the address that it shows; this page can be closed').waitFor()
  })

  it('saves a training at its next step when it is stopped, and the next one goes on with it', async () => {
    const home = await temporaryFolder()
    const serve = await startServe(home)
    const page = await newBrowserPage()
    await page.goto(serve.address)
    await page.getByRole('main').waitFor()
    const { folder: project } = (await call(page, 'projects.create', { name: 'poems', sample: 'poems' })) as { folder: string }
    const plan = { model: SMALL_MODEL, settings: { num_train_epochs: 20_000 } }
    await call(page, 'projects.changePlan', { project, plan })
    const { id: run } = (await call(page, 'runs.start', { project })) as RunSummary
    const runs = async (from: Page): Promise<RunSummary | undefined> =>
      ((await call(from, 'runs.list', { project })) as RunSummary[]).find(({ id }) => id === run)
    await expect.poll(async () => (await runs(page))?.step, { timeout: 60_000 }).toBeGreaterThan(2)
    serve.signal('SIGINT')
    expect(await serve.ended).toBe(0)
    expect(serve.said).toEqual([expect.stringContaining('A training stops after this step and is saved')])

    const again = await startServe(home)
    const next = await newBrowserPage()
    await next.goto(again.address)
    await next.getByRole('main').waitFor()
    await call(next, 'projects.open', { folder: project })
    const stopped = await runs(next)
    expect(stopped?.phase).toBe('paused')
    expect(stopped?.step).toBe(stopped?.safeStep)
    expect(stopped?.step).toBeGreaterThan(2)
  })
})
