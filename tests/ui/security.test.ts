import type { Page } from 'playwright-core'
import { afterEach, describe, expect, it } from 'vitest'
import { INVOKE } from './electron/preloadInPage.ts'
import { startApp, type StartedApp } from './electron/startApp.ts'

let app: StartedApp | undefined
afterEach(() => app?.stop())

async function startedPage(): Promise<Page> {
  app = await startApp()
  await app.page.getByRole('main').waitFor()
  return app.page
}

/** What the page's policy refuses while something is tried in it, by its directive. */
const refusedBy = (page: Page, attempt: string): Promise<string> =>
  page.evaluate(
    (script) =>
      new Promise<string>((resolve) => {
        document.addEventListener('securitypolicyviolation', ({ effectiveDirective }) => resolve(effectiveDirective), {
          once: true,
        })
        setTimeout(() => resolve('nothing'), 3000)
        try {
          ATTEMPTS[script]?.()
        } catch {
          // Some of what is refused is an error as well.
        }
      }),
    attempt,
  )

/** In the page, before its policy is there, so that trying needs no code made of text. */
declare const ATTEMPTS: Record<string, () => unknown>
const ATTEMPTS_IN_PAGE = (): void => {
  const append = (name: string, properties: object): unknown =>
    document.body.append(Object.assign(document.createElement(name), properties))
  Object.assign(window, {
    ATTEMPTS: {
      fetch: () => fetch('https://example.org/').catch(() => null),
      socket: () => new WebSocket('wss://example.org/'),
      beacon: () => navigator.sendBeacon('https://example.org/', 'x'),
      image: () => append('img', { src: 'https://example.org/x.png' }),
      frame: () => append('iframe', { src: 'https://example.org/' }),
      object: () => append('object', { data: 'https://example.org/' }),
      style: () => append('link', { rel: 'stylesheet', href: 'https://example.org/x.css' }),
      base: () => document.head.append(Object.assign(document.createElement('base'), { href: 'https://example.org/' })),
      form: () => {
        const form = Object.assign(document.createElement('form'), { action: 'https://example.org/' })
        document.body.append(form)
        form.submit()
      },
      markup: () => (document.body.innerHTML = '<p>x</p>'),
      handler: () => document.body.setAttribute('onclick', 'alert(1)'),
      policy: () => {
        const { trustedTypes } = window as unknown as { trustedTypes: { createPolicy(name: string, rules: object): void } }
        trustedTypes.createPolicy('mine', { createHTML: (text: string) => text })
      },
    },
  })
}

/** What the page's policy refuses, and by which of its directives. */
const REFUSALS = {
  fetch: 'connect-src',
  socket: 'connect-src',
  beacon: 'connect-src',
  image: 'img-src',
  frame: 'frame-src',
  object: 'require-trusted-types-for',
  style: 'style-src-elem',
  base: 'base-uri',
  form: 'form-action',
  markup: 'require-trusted-types-for',
  handler: 'require-trusted-types-for',
  policy: 'trusted-types',
}

describe('the page', () => {
  it('knows a door, and nothing of Node or Electron', async () => {
    const page = await startedPage()
    const reachable = await page.evaluate(() =>
      ['require', 'process', 'module', 'Buffer', 'global', 'ipcRenderer', 'electron'].filter((name) => name in window),
    )
    expect(reachable).toEqual([])
    expect(await page.evaluate(() => Object.keys((window as unknown as { tunedesk: object }).tunedesk).sort())).toEqual([
      'call',
      'listen',
      'pathOf',
    ])
    expect(await page.evaluate(() => Object.isFrozen((window as unknown as { tunedesk: object }).tunedesk))).toBe(true)
  })

  it('may use what is its own, and nothing else', async () => {
    const page = await startedPage()
    await page.addInitScript(ATTEMPTS_IN_PAGE)
    await page.reload()
    await page.getByRole('main').waitFor()
    const refused = []
    for (const attempt of Object.keys(REFUSALS)) refused.push([attempt, await refusedBy(page, attempt)])
    expect(Object.fromEntries(refused)).toEqual(REFUSALS)
  })

  it('shows text from elsewhere as text', async () => {
    const page = await startedPage()
    const { client, app: shell } = app as StartedApp
    const text = '<img src=x onerror="document.title=1"><script>document.title=2</script>'
    const { folder } = await client.call('projects.create', { name: 'x' })
    await client.call('rows.edit', {
      project: folder,
      edit: { kind: 'insert', at: 0, rows: [{ instruct: text, input: text, label: text }] },
    })
    await shell.openFile(folder)
    await page.getByText(text).first().waitFor()
    expect(await page.locator('img[src=x], script:not([src])').count()).toBe(0)
    expect(await page.title()).toBe('x – TuneDesk')
  })
})

describe('a call from elsewhere', () => {
  it('is refused: a frame in our own page gets no answer', async () => {
    const page = await startedPage()
    await page.evaluate(() => document.body.append(document.createElement('iframe')))
    const frame = page.frames()[1]
    const asked = frame?.evaluate(
      ([name]) =>
        (window as unknown as Record<string, (channel: string, parameters: unknown[]) => Promise<unknown>>)[name]?.(
          'tunedesk:call',
          ['app.start'],
        ),
      [INVOKE] as const,
    )
    await expect(asked).rejects.toThrow('a call from a page that is not ours')
    expect(await frame?.evaluate(() => 'tunedesk' in window), 'and it has no preload').toBe(false)
  })
})
