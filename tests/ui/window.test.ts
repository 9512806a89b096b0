import { readFileSync } from 'node:fs'
import axe from 'axe-core'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Handlers } from '../../src-main/contract/contract.ts'
import { TuneDeskError } from '../../src-main/contract/error.ts'
import { openBrowser, openWindow, type OpenedWindow } from './openWindow.ts'

const POEMS = readFileSync(new URL('../../resources/samples/poems/rows.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as { label: string })

let browser: Browser
let opened: OpenedWindow
beforeAll(async () => {
  browser = await openBrowser()
})
afterAll(() => browser.close())
afterEach(() => opened.page.context().close())

async function open(options: BrowserContextOptions, handlers?: Partial<Handlers>): Promise<Page> {
  opened = await openWindow(browser, options, handlers)
  return opened.page
}

/** The tokens of each row that are shown as learned, as text. */
const learned = (page: Page): Promise<string[]> =>
  page
    .locator('article')
    .evaluateAll((rows) => rows.map((row) => Array.from(row.querySelectorAll('.learned'), (token) => token.textContent).join('')))

describe.each(['zh-CN', 'en-US'])('the window in %s', (locale) => {
  it.each(['light', 'dark'] as const)('is readable for everyone, and complains of nothing: %s', async (colorScheme) => {
    const page = await open({ locale, colorScheme })
    await page.locator('dl').waitFor()
    await page.locator('article').first().waitFor()
    await page.evaluate(axe.source)
    const violations = await page.evaluate(async () => {
      const { axe: here } = window as unknown as { axe: typeof axe }
      return (await here.run()).violations.map(({ id, nodes }) => [id, ...nodes.map(({ html }) => html)])
    })
    expect(violations).toEqual([])
    expect(opened.complaints).toEqual([])
  })

  it('has room for its words on a narrow screen', async () => {
    const page = await open({ locale, viewport: { width: 480, height: 640 } })
    await page.locator('article').first().waitFor()
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(480)
  })
})

describe('what the model learns', () => {
  it('is each answer, and then everything, as the person chooses', async () => {
    const page = await open({ locale: 'zh-CN' })
    await page.locator('article').first().waitFor()
    expect(await learned(page)).toEqual(POEMS.map(({ label }) => label.replaceAll('\n', '⏎')))
    await page.getByText('全部都学').click()
    await page.locator('article .given').first().waitFor({ state: 'detached' })
    expect((await learned(page))[1]).toMatch(/^请你给敖丙写一首诗/)
  })
})

describe('the language', () => {
  it('follows the system, changes at once, and is remembered', async () => {
    const page = await open({ locale: 'en-GB' })
    await page.getByRole('heading', { name: 'What the model learns' }).waitFor()
    await page.getByText('中文').click()
    await page.getByRole('heading', { name: '模型会学什么' }).waitFor()
    await page.reload()
    await page.getByRole('heading', { name: '模型会学什么' }).waitFor()
    expect(await page.locator('html').getAttribute('lang')).toBe('zh-CN')
  })
})

describe('an error', () => {
  it('says what happened and what to do, and can be tried again', async () => {
    let asked = 0
    const page = await open(
      { locale: 'en-US' },
      {
        'check.sample': async () => {
          if (++asked === 1) throw new TuneDeskError('files/missing', { file: 'tokenizer.json', folder: '/models/m' })
          return [{ row: 0, tokens: [{ id: 1, text: 'told', reason: 'learned' }] }]
        },
      },
    )
    await page.getByText('There is no tokenizer.json in /models/m.').waitFor()
    await page.getByRole('button', { name: 'Try again' }).click()
    await page.getByText('told').waitFor()
  })
})

describe('text from elsewhere', () => {
  it('is shown, not run: a token is never markup', async () => {
    const text = '<img src=x onerror="document.title=1">'
    const page = await open({}, { 'check.sample': async () => [{ row: 0, tokens: [{ id: 1, text, reason: 'given' }] }] })
    await page.getByText(text).waitFor()
    expect(await page.locator('img').count()).toBe(0)
  })

  it('cannot become markup even by mistake: the page’s policy demands trusted types', async () => {
    const page = await open({})
    const mistake = page.evaluate(() => {
      document.body.innerHTML = '<p>x</p>'
    })
    await expect(mistake).rejects.toThrow(/TrustedHTML/)
  })

  it('cannot send anything to another computer', async () => {
    const page = await open({})
    const refused = await page.evaluate(async () => {
      const directive = new Promise((resolve) => {
        document.addEventListener('securitypolicyviolation', (event) => resolve(event.effectiveDirective))
      })
      await fetch('https://example.org/').catch(() => null)
      return directive
    })
    expect(refused).toBe('connect-src')
  })
})
