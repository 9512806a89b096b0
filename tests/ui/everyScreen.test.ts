import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import poems from '../fixtures/poems.json' with { type: 'json' }
import { startApp, type StartedApp } from './electron/startApp.ts'
import { keepPicture } from './pictures.ts'
import { violationsOf } from './violationsOf.ts'

/** How a screen is looked at: as the system asks for it. */
const THEMES = {
  light: { colorScheme: 'light', contrast: 'no-preference' },
  dark: { colorScheme: 'dark', contrast: 'no-preference' },
  contrast: { colorScheme: 'light', contrast: 'more' },
} as const
type Theme = keyof typeof THEMES
/** A theme's colours are the same in every language. `TUNEDESK_EVERY_THEME=1`, the long form of this test, looks at all in both. */
const SOME_THEMES: Record<'zh-CN' | 'en-US', readonly Theme[]> = { 'zh-CN': ['dark'], 'en-US': ['light'] }
const ALL_THEMES: readonly Theme[] = ['light', 'dark', 'contrast']
const SIZES = {
  usual: { width: 1280, height: 800 },
  wide: { width: 1920, height: 1080 },
  /** 1280 × 800 at 200 %. */
  narrow: { width: 640, height: 400 },
}
const WORDS = {
  'en-US': { start: 'Start training', compare: /^Compare “/, advanced: /^Advanced/, discard: 'Discard', more: 'More' },
  'zh-CN': { start: '开始训练', compare: /^比较“/, advanced: /^高级设置/, discard: '丢弃', more: '更多' },
} as const

async function until(test: () => Promise<boolean>): Promise<void> {
  while (!(await test())) await new Promise((done) => setTimeout(done, 100))
}

describe.each(['zh-CN', 'en-US'] as const)('in %s', (locale) => {
  const words = WORDS[locale]
  const themes = process.env['TUNEDESK_EVERY_THEME'] ? ALL_THEMES : SOME_THEMES[locale]
  let app: StartedApp
  let page: Page
  let full: string
  let empty: string

  beforeAll(async () => {
    app = await startApp({ locale })
    ;({ page } = app)
  })
  afterAll(() => app.stop())

  /** As a window that is loaded anew opens the project that it had. */
  async function show(place: string, project: string | null): Promise<void> {
    await page.evaluate(
      ([hash, folder]) => {
        if (folder === null) sessionStorage.removeItem('open-project')
        else sessionStorage.setItem('open-project', folder)
        location.hash = hash
      },
      [place, project] as const,
    )
    await page.reload()
    await page.getByRole('heading', { level: 1 }).waitFor()
  }

  /** Nothing to complain of, in its theme and any size. What is too wide is said by its size. */
  async function look(name: string): Promise<void> {
    const wrong: unknown[] = []
    for (const theme of themes) {
      await page.emulateMedia(THEMES[theme])
      // A colour that is on its way to another has no contrast that could be measured. What turns while it waits has no end.
      await page.evaluate(async () => {
        const ending = document.getAnimations().filter(({ effect }) => effect?.getComputedTiming().endTime !== Infinity)
        await Promise.allSettled(ending.map(({ finished }) => finished))
      })
      const violations = await violationsOf(page, theme === themes[0] ? 'everything' : 'colours')
      if (violations.length > 0) wrong.push({ theme, violations })
      await keepPicture(page, `${name}-${locale}-${theme}`)
    }
    for (const [sizeName, size] of Object.entries(SIZES)) {
      await page.setViewportSize(size)
      const { scrollWidth, lost } = await page.evaluate(() => ({
        scrollWidth: document.documentElement.scrollWidth,
        // What lies beside the window, and nothing lets it be scrolled there.
        lost: [...document.querySelectorAll('button, h1, a[href]')].flatMap((element) => {
          const { right, left, width } = element.getBoundingClientRect()
          if (width === 0 || (right <= innerWidth + 1 && left >= -1)) return []
          for (let parent = element.parentElement; parent; parent = parent.parentElement)
            if (/auto|scroll|hidden/.test(getComputedStyle(parent).overflowX)) return []
          return [element.outerHTML.slice(0, 120)]
        }),
      }))
      if (scrollWidth > size.width || lost.length > 0) wrong.push({ size, scrollWidth, lost })
      if (sizeName !== 'usual') await keepPicture(page, `${name}-${locale}-${sizeName}`)
    }
    await page.setViewportSize(SIZES.usual)
    expect(wrong, name).toEqual([])
  }

  it('the start: nothing yet, its dialog, the palette', async () => {
    await look('home-empty')
    await page.keyboard.press('Control+Alt+n')
    await page.getByRole('dialog').waitFor()
    await look('new-project')
    await page.keyboard.press('Escape')
    await page.keyboard.press('Control+k')
    await page.getByRole('listbox').waitFor()
    await look('palette')
    await page.keyboard.press('Escape')
  })

  it('a project without rows', async () => {
    const { call } = app.client
    empty = (await call('projects.create', { name: 'Empty' })).folder
    for (const place of ['examples', 'learns', 'train', 'test']) {
      await show(place, empty)
      await look(`${place}-empty`)
    }
  })

  it('a project with rows, before any training', async () => {
    const { call } = app.client
    full = (await call('projects.create', { name: 'Poems' })).folder
    await call('projects.close', { project: full })
    await writeFile(join(full, 'rows.jsonl'), poems.map((row) => `${JSON.stringify(row)}\n`).join(''))
    await show('examples', full)
    await page.getByRole('grid').waitFor()
    await look('examples')
    await show('learns', full)
    await page.getByRole('listbox').last().getByRole('option').first().waitFor({ timeout: 60_000 })
    await look('learns')
    await show('train', full)
    // It can be started as soon as it is known what it takes.
    const start = page.getByRole('main').getByRole('button', { name: words.start })
    await expect.poll(() => start.isEnabled(), { timeout: 20_000 }).toBe(true)
    await look('train-form')
    await page.getByText(words.advanced).click()
    await look('train-advanced')
    await page.getByText(words.advanced).click()
    await show('models', full)
    await look('models')
    await show('settings', full)
    await look('settings')
    await show('home', null)
    await look('home-recent')
  })

  it('a training as it goes, when it has ended, two compared, and a question', async () => {
    const { call } = app.client
    await show('train', full)
    await call('projects.changePlan', { project: full, plan: { settings: { num_train_epochs: 400, max_length: 128 } } })
    const first = await call('runs.start', { project: full })
    const run = async (id: string) => (await call('runs.list', { project: full })).find((each) => each.id === id)
    await until(async () => ((await run(first.id))?.step ?? 0) > 8)
    await show('train', full)
    await page.getByRole('application').first().waitFor()
    await look('train-live')
    await call('runs.keep', { project: full, run: first.id })
    await until(async () => (await run(first.id))?.phase === 'finished')
    await look('train-finished')
    await call('projects.changePlan', { project: full, plan: { settings: { num_train_epochs: 6, learning_rate: 0.0001 } } })
    const second = await call('runs.start', { project: full })
    await until(async () => (await run(second.id))?.phase === 'finished')
    const boxes = page.getByRole('checkbox', { name: words.compare })
    await expect.poll(() => boxes.count()).toBe(2)
    for (const at of [0, 1]) await boxes.nth(at).check()
    await page.getByRole('main').getByRole('table').first().waitFor()
    await look('train-compare')
    await show('train', full)
    await page.getByRole('main').getByRole('button', { name: words.more }).click()
    await page.getByRole('menuitem', { name: words.discard }).click()
    await page.getByRole('dialog').waitFor()
    await look('train-discard')
    await page.keyboard.press('Escape')
    await show('test', full)
    await look('test')
  })

  it('and none of them complained', () => {
    expect(app.complaints).toEqual([])
  })
})
