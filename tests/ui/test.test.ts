import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startApp, type StartOptions } from './electron/startApp.ts'
import { expectFine } from './pictures.ts'

const SMALL_MODEL = fileURLToPath(new URL('../golden/data/qwen2', import.meta.url))
const MARKUP = '<img src=x onerror="document.title=1"><b>bold</b>'
const HIDDEN = 'a\u202eb'

/** An app with a project whose run is finished. The small model answers in an instant, whatever it says. */
async function appWithRun(options: StartOptions, plan: { model?: string; settings?: object }, rows?: object[]) {
  const app = await startApp(options)
  const { call } = app.client
  const { folder: project } = await call('projects.create', { name: 'Poems', sample: 'poems' })
  if (rows) await writeFile(join(project, 'rows.jsonl'), rows.map((row) => `${JSON.stringify(row)}\n`).join(''))
  await call('projects.close', { project })
  await call('projects.open', { folder: project })
  await call('projects.changePlan', { project, plan })
  const { id: run } = await call('runs.start', { project })
  await until(async () => (await call('runs.list', { project })).find(({ id }) => id === run)?.phase === 'finished')
  await openPlace(app.page, project, 'test')
  return { app, page: app.page, project, run }
}

async function until(test: () => Promise<boolean>): Promise<void> {
  while (!(await test())) await new Promise((resolve) => setTimeout(resolve, 100))
}

/** As a window that is loaded anew opens the project that it had. */
async function openPlace(page: Page, project: string, place: string): Promise<void> {
  await page.evaluate(
    ([folder, hash]) => {
      sessionStorage.setItem('open-project', folder)
      location.hash = hash
    },
    [project, place] as const,
  )
  await page.reload()
  await page.getByRole('main').waitFor()
}

const mode = (page: Page, name: string) => page.getByRole('radio', { name, exact: true }).check()

describe('the sample, trained with the starter model', () => {
  let opened: Awaited<ReturnType<typeof appWithRun>>
  beforeAll(async () => {
    opened = await appWithRun({ locale: 'en-US' }, {})
  })
  afterAll(() => opened.app.stop())

  it('is tested with one click, before and after, and the verdict is one sentence', async () => {
    const { page, project, run } = opened
    await page.getByRole('button', { name: 'Test this model' }).click()
    await page
      .getByText('It has learned: it answers 2 of 2 questions word for word and never recites your input: the mask worked.')
      .waitFor({
        timeout: 60_000,
      })
    const counts = page.getByRole('table').first()
    expect(await counts.getByRole('row').last().innerText()).toMatch(/Trained on\s+0 of 2\s+2 of 2/)
    expect(
      await page
        .getByRole('button', { name: /^Test done$|Test/ })
        .first()
        .innerText(),
    ).toContain('Test')
    expect(await readdir(join(project, 'runs', run))).toEqual(expect.arrayContaining(['test.json', 'test_untrained.json']))
    expect(opened.app.complaints).toEqual([])
  })

  it('answers in the chat beside the untrained model, and what was said is there after the window is loaded anew', async () => {
    const { page } = opened
    await mode(page, 'Chat')
    await page.getByLabel('The untrained model beside it').check()
    await page.getByRole('region', { name: 'Try one of your rows' }).getByRole('button').first().click()
    await page.getByRole('textbox', { name: 'Your question' }).press('Enter')
    await page.getByText('红绫缠腕，风火踏浪。').waitFor()
    await page.getByRole('heading', { name: 'Before training' }).waitFor()
    await page.reload()
    await mode(page, 'Chat')
    await page.getByText('红绫缠腕，风火踏浪。').waitFor()
  })

  it('stops an answer that is being written, and keeps what there is of it', async () => {
    const { page } = opened
    // With so much chance it hardly ever comes to an end by itself.
    await page.getByRole('textbox', { name: 'Temperature' }).fill('3')
    await page.getByRole('textbox', { name: 'Greatest length' }).fill('4000')
    const field = page.getByRole('textbox', { name: 'Your question' })
    await field.fill('写诗')
    await field.press('Enter')
    await page.getByRole('button', { name: 'Stop' }).click()
    await page
      .getByText(/tokens.*stopped/)
      .first()
      .waitFor()
  })
})

describe('with a model that knows little', () => {
  let opened: Awaited<ReturnType<typeof appWithRun>>
  beforeAll(async () => {
    const rows = [
      { instruct: 'Say: ', input: MARKUP, label: `${MARKUP} said` },
      { instruct: 'Say: ', input: HIDDEN, label: `${HIDDEN} said` },
    ]
    opened = await appWithRun({ locale: 'en-US' }, { model: SMALL_MODEL, settings: { num_train_epochs: 1 } }, rows)
  })
  afterAll(() => opened.app.stop())

  it('shows text from rows as text, and nothing in it is hidden', async () => {
    const { page, app } = opened
    await page.getByRole('button', { name: 'Test this model' }).click()
    await page.getByRole('heading', { name: 'Rows' }).waitFor()
    await page.getByRole('button', { name: 'Open row 1' }).click()
    expect(await page.getByRole('complementary', { name: 'The selected row' }).innerText()).toContain(MARKUP)
    await page.getByRole('button', { name: 'Open row 2' }).click()
    expect(await page.getByRole('complementary', { name: 'The selected row' }).innerText()).toContain('a‹U+202E›b')
    expect(await page.locator('main img, main b').count()).toBe(0)
    expect(app.complaints).toEqual([])
  })

  it('saves the report as a page, as text and as a table', async () => {
    const { page, app, project } = opened
    const folder = join(project, 'exports')
    await mkdir(folder)
    for (const [name, file] of [
      ['As a page (HTML)', 'report.html'],
      ['As text (Markdown)', 'report.md'],
      ['As a table (CSV)', 'report.csv'],
    ] as const) {
      await app.chooseNext(join(folder, file))
      await page.getByRole('button', { name: 'Save the report' }).click()
      await page.getByRole('menuitem', { name }).click()
      await until(async () => (await readdir(folder)).includes(file))
    }
    const html = await readFile(join(folder, 'report.html'), 'utf8')
    expect(html).toContain('Poems · Run 1')
    expect(html).not.toMatch(/<img|<b>/)
  })

  it('sends with Enter, begins a line with Shift+Enter, and leaves the key to an input method that is at work', async () => {
    const { page } = opened
    await mode(page, 'Chat')
    const field = page.getByRole('textbox', { name: 'Your question' })
    await field.fill('one')
    await field.press('Shift+Enter')
    await field.dispatchEvent('keydown', { key: 'Enter', isComposing: true })
    expect(await field.inputValue()).toBe('one\n')
    await field.press('Enter')
    expect(await field.inputValue()).toBe('')
    await page.getByRole('button', { name: 'Edit' }).waitFor()
  })

  it('asks an edited question in the place of what followed, and brings back what was there', async () => {
    const { page } = opened
    await page.getByLabel('Greatest length').fill('5')
    const field = page.getByRole('textbox', { name: 'Your question' })
    await field.fill('two')
    await field.press('Enter')
    const thread = page.getByRole('log')
    await thread.getByText('two', { exact: true }).waitFor()
    await page.getByRole('button', { name: 'Edit' }).first().click()
    const edited = page.getByRole('textbox', { name: 'Edit the question' })
    await edited.fill('one, edited')
    await edited.press('Enter')
    await thread.getByText('one, edited').waitFor()
    expect(await thread.getByText('two', { exact: true }).count()).toBe(0)
    await page.getByRole('button', { name: 'Back to before the change' }).click()
    await thread.getByText('two', { exact: true }).waitFor()
  })

  it('copies an answer, and says what belongs into a setting', async () => {
    const { page } = opened
    await page.getByRole('textbox', { name: 'Temperature' }).fill('warm')
    await page.getByText('What belongs here: ≥ 0').waitFor()
    await page.getByRole('textbox', { name: 'Temperature' }).fill('0')
    await page.getByText('What belongs here').waitFor({ state: 'detached' })
    await page.getByRole('button', { name: 'Copy' }).first().click()
    await page.getByRole('button', { name: 'Copied' }).waitFor()
    const field = page.getByRole('textbox', { name: 'Your question' })
    await field.press('Control+V')
    expect(await field.inputValue()).not.toBe('')
    await field.fill('')
  })

  it('renames a conversation, deletes it, and brings it back', async () => {
    const { page } = opened
    await page
      .getByRole('button', { name: /^Actions for/ })
      .first()
      .click()
    await page.getByRole('menuitem', { name: 'Rename' }).click()
    await page.getByRole('dialog').getByRole('textbox').fill('My talk')
    await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click()
    await page.getByRole('button', { name: /^My talk/ }).waitFor()
    await page.getByRole('button', { name: 'Actions for “My talk”' }).click()
    await page.getByRole('menuitem', { name: 'Delete' }).click()
    await page.getByRole('button', { name: /^My talk/ }).waitFor({ state: 'detached' })
    await page.getByRole('button', { name: 'Undo' }).click()
    await page.getByRole('button', { name: /^My talk/ }).waitFor()
  })

  it('compares learning from the answers with learning from everything, and goes on after the window is loaded anew', async () => {
    const { page } = opened
    await mode(page, 'Compare')
    await page.getByRole('button', { name: 'Train and test both' }).click()
    await page.getByRole('heading', { name: 'Learned everything' }).waitFor()
    await page.reload()
    await mode(page, 'Compare')
    const side = page.locator('section', { has: page.getByRole('heading', { name: 'Learned everything' }) }).last()
    await side.getByText('What comes when only the question is asked').waitFor({ timeout: 30_000 })
    await page.getByText(/Here the two do not differ as expected|The one recites, the other does not/).waitFor()
    await page.getByRole('button', { name: 'Put this comparison away' }).click()
    await page.getByRole('button', { name: 'Train and test both' }).waitFor()
  })
})

describe('before any training', () => {
  it('says what this place is for, and where to begin', async () => {
    const app = await startApp({ locale: 'en-US' })
    const { folder } = await app.client.call('projects.create', { name: 'New', sample: 'poems' })
    await openPlace(app.page, folder, 'test')
    await app.page.getByRole('heading', { name: 'No trained model yet' }).waitFor()
    await app.page.getByRole('main').getByRole('button', { name: 'Go to Train' }).click()
    await app.page.getByRole('heading', { level: 1, name: 'Train' }).waitFor()
    await app.stop()
  })
})

const WORDS = {
  'zh-CN': {
    chat: '对话',
    rows: '全部样例',
    compare: '对比',
    start: '测试这个模型',
    done: '逐行结果',
    open: '打开第 1 行',
    beside: '同时显示未训练的模型',
    question: '你的问题',
    again: /^再试一次/,
  },
  'en-US': {
    chat: 'Chat',
    rows: 'All rows',
    compare: 'Compare',
    start: 'Test this model',
    done: 'Rows',
    open: 'Open row 1',
    beside: 'The untrained model beside it',
    question: 'Your question',
    again: /^Try again/,
  },
}

it.each([
  ['zh-CN', 'light'],
  ['en-US', 'dark'],
] as const)('every part of the step passes axe, and has room on a narrow screen: %s, %s', async (locale, colorScheme) => {
  const words = WORDS[locale]
  const { app, page } = await appWithRun({ locale, colorScheme }, { model: SMALL_MODEL, settings: { num_train_epochs: 1 } })
  await page.getByRole('button', { name: words.start }).click()
  await page.getByRole('heading', { name: words.done, exact: true }).waitFor()
  await page.getByRole('button', { name: words.open }).click()
  await expectFine(page, 'test-results', locale, colorScheme)

  await mode(page, words.chat)
  await page.getByLabel(words.beside).check()
  await page.getByRole('textbox', { name: words.question }).fill('你好')
  await page.getByRole('textbox', { name: words.question }).press('Enter')
  await page.getByRole('button', { name: words.again }).waitFor()
  await expectFine(page, 'test-chat', locale, colorScheme)

  await mode(page, words.compare)
  await expectFine(page, 'test-compare', locale, colorScheme)
  await page.setViewportSize({ width: 480, height: 720 })
  for (const each of [words.chat, words.rows, words.compare]) {
    await mode(page, each)
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(480)
  }
  expect(app.complaints).toEqual([])
  await app.stop()
})
