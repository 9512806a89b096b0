import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { IGNORE_INDEX } from '../../src-main/engine/2-tokens/tokenisedRow.ts'
import golden from '../golden/data/qwen2/golden.json' with { type: 'json' }
import { startApp, type StartedApp, type StartOptions } from './electron/startApp.ts'
import { expectFine } from './pictures.ts'

const SMALL_MODEL = fileURLToPath(new URL('../golden/data/qwen2', import.meta.url))
const POEM = '红绫缠腕，风火踏浪。⏎不屈不悔，笑傲苍茫。'

/** An app that shows step 2 of a project with these rows; of the two poems where none are given. */
async function appAtLearns(options: StartOptions, rows?: object[], plan: { model?: string; settings?: object } = {}) {
  const app = await startApp(options)
  const { call } = app.client
  const { folder: project } = await call('projects.create', { name: 'Poems', sample: 'poems' })
  await call('projects.changePlan', { project, plan })
  await call('projects.close', { project })
  if (rows) await writeFile(join(project, 'rows.jsonl'), rows.map((row) => `${JSON.stringify(row)}\n`).join(''))
  await app.page.evaluate((folder) => {
    sessionStorage.setItem('open-project', folder)
    location.hash = '#learns'
  }, project)
  await app.page.reload()
  await app.page.getByRole('main').waitFor()
  return { app, page: app.page, project }
}

const tokens = (page: Page) => page.getByRole('listbox', { name: /^(Tokens of row|第 \d+ 行的词元)/ }).getByRole('option')
const aspect = (page: Page, name: string) => page.getByRole('radio', { name, exact: true }).check()
const textsOf = (page: Page, state: string): Promise<string> =>
  page
    .locator(`[role=listbox] .${state}`)
    .allInnerTexts()
    .then((all) => all.join(''))

describe('the sample', () => {
  let opened: Awaited<ReturnType<typeof appAtLearns>>
  beforeAll(async () => {
    opened = await appAtLearns({ locale: 'en-US' })
    await tokens(opened.page).first().waitFor({ timeout: 60_000 })
  })
  afterAll(() => opened.app.stop())

  it('shows the answer as learned and the question as given, with how many tokens teach', async () => {
    const { page } = opened
    expect(await textsOf(page, 'learned')).toBe(POEM)
    expect(await textsOf(page, 'given')).toBe('请你给哪吒写一首诗：哪吒降世，意气飞扬。⏎逆天改命，破障冲霄。')
    expect(await textsOf(page, 'end-mark')).toBe('<|endoftext|>')
    await page.getByText('21 of 51 tokens teach the model.', { exact: true }).waitFor()
    await page.getByText('Nothing to look at: every row teaches the model its whole answer.').waitFor()
  })

  it('tells of each token what it is, by pointer and by keyboard, and nothing moves meanwhile', async () => {
    const { page } = opened
    const findings = page.getByRole('heading', { name: 'In all rows' })
    const before = await findings.boundingBox()
    await tokens(page).nth(3).hover()
    const panel = page.getByRole('complementary')
    await panel.getByText('Part of the question, so it is not learned.').waitFor()
    expect(await findings.boundingBox()).toEqual(before)

    await tokens(page).first().focus()
    await page.keyboard.press('End')
    await panel.getByText('Closes the answer. It is learned, so that the model knows where to stop.').waitFor()
    await page.keyboard.press('ArrowLeft')
    await panel.getByText('Part of the answer.', { exact: true }).waitFor()
    expect(await page.locator(':focus').getAttribute('aria-label')).toMatch(/^。, id \d+, Learned: Part of the answer\.$/)
    await page.keyboard.press('ArrowUp')
    expect(Number(await page.locator(':focus').getAttribute('data-at'))).toBeLessThan(49)
    expect(await findings.boundingBox()).toEqual(before)
  })

  it('learns everything where that is chosen, the plan says so, and back again all is as before', async () => {
    const { app, page, project } = opened
    const plan = async () => (await app.client.call('projects.open', { folder: project })).plan
    await page.getByRole('radio', { name: 'Everything' }).check()
    await page.getByText('50 of 51 tokens teach the model.', { exact: true }).waitFor()
    expect(await textsOf(page, 'given')).toBe('')
    expect((await plan()).settings.loss_on).toBe('everything')
    await page.getByRole('radio', { name: 'Answer only' }).check()
    await page.getByText('21 of 51 tokens teach the model.', { exact: true }).waitFor()
    expect(await textsOf(page, 'learned')).toBe(POEM)
  })

  it('shows the chat template’s text, to the last character', async () => {
    const { page } = opened
    await page.getByRole('radio', { name: 'Chat template' }).check()
    await aspect(page, 'Final text')
    await page.getByText('<|im_start|>user').waitFor()
    expect(await page.locator('dd.answer').innerText()).toMatch(/^红绫缠腕/)
    await page.getByRole('radio', { name: 'Plain' }).check()
    await expect.poll(() => page.locator('dd.answer').innerText()).toMatch(/<\|endoftext\|>$/)
    await aspect(page, 'Tokens')
  })

  it('has a limit that the keyboard moves: the words that it cuts, what it means, and a way back', async () => {
    const { app, page, project } = opened
    const limit = async () => (await app.client.call('projects.open', { folder: project })).plan.settings.max_length
    await aspect(page, 'Lengths')
    const handle = page.getByRole('slider')
    expect(await handle.getAttribute('aria-valuetext')).toBe('512 tokens: cuts nothing')
    await handle.focus()
    await page.keyboard.press('End')
    await page.keyboard.press('ArrowLeft')
    await page.keyboard.press('ArrowLeft')
    await page.keyboard.press('ArrowLeft')
    expect(await handle.getAttribute('aria-valuetext')).toMatch(/^\d+ tokens: cuts one row$/)
    const shown = Number(await handle.getAttribute('aria-valuenow'))
    await page.getByText(`At this limit one row loses ${51 - shown} tokens in all.`).waitFor()
    expect(await page.locator('del').innerText()).toMatch(/<\|endoftext\|>$/)
    await expect.poll(limit).toBe(shown)
    await page.getByRole('complementary').getByText('Answer cut off').waitFor()
    await page.getByRole('button', { name: 'Undo' }).click()
    await expect.poll(() => handle.getAttribute('aria-valuetext')).toBe('512 tokens: cuts nothing')
    await aspect(page, 'Tokens')
  })

  it('has complained of nothing', () => {
    expect(opened.app.complaints).toEqual([])
  })
})

describe('the tutorial’s arrays', () => {
  let app: StartedApp | undefined
  afterEach(() => app?.stop())

  it('are in the batch as transformers makes them, padding and all', async () => {
    const opened = await appAtLearns({ locale: 'en-US' }, golden.rows, { model: SMALL_MODEL })
    ;({ app } = opened)
    const { page } = opened
    await aspect(page, 'Batches')
    await page.getByRole('heading', { name: 'Batch 1 of 2' }).waitFor({ timeout: 60_000 })
    await aspect(page, 'labels')
    const grid = page.getByRole('table', { name: 'labels' })
    const number = Number(/\d+/.exec(await grid.getByRole('rowheader').nth(0).innerText())?.[0])
    const { labels = [] } = golden.batch_rows[number - 1] ?? {}
    const line = grid.getByRole('row').nth(1).getByRole('cell')
    const shown = (await line.allInnerTexts()).map(Number)
    expect(shown.length).toBeGreaterThan(3)
    expect(shown).toEqual(shown.map((_, position) => labels[position] ?? IGNORE_INDEX))
    await grid.focus()
    await page.keyboard.press('End')
    await page.getByText(/^Row \d+, position \d+: .*attention [01]\. /).waitFor()
    expect(await page.locator('.frame .padding').count()).toBeGreaterThan(0)
  })
})

describe('what should be looked at', () => {
  let app: StartedApp | undefined
  afterEach(() => app?.stop())

  it('is listed, found and explained; a model without a chat template says so', async () => {
    const rows = [
      golden.rows[0],
      { instruct: '写诗：', input: '', label: '' },
      golden.rows[2],
      { instruct: '写', input: '', label: '红<|endoftext|>绫' },
    ].flatMap((row) => row ?? [])
    const opened = await appAtLearns({ locale: 'en-US' }, rows, { model: SMALL_MODEL })
    ;({ app } = opened)
    const { page } = opened
    const panel = page.getByRole('complementary')
    await panel.getByText('Left out of the training').waitFor({ timeout: 60_000 })
    const goTo = (finding: string) => panel.getByRole('listitem').filter({ hasText: finding }).getByRole('button').click()
    await goTo('Question and answer share a token')
    await page.getByRole('heading', { name: 'Row 3' }).waitFor()
    await panel.getByText(/^One token holds “海何”/).waitFor()
    await goTo('End mark in the text')
    await page.getByRole('heading', { name: 'Row 4' }).waitFor()
    await goTo('Left out of the training')
    await page.getByText('The answer is empty, so this row is left out of the training.').first().waitFor()
    expect(await page.getByRole('listbox', { name: 'Rows' }).getByRole('option').count()).toBe(1)
    expect(await page.getByRole('radio', { name: 'Chat template' }).isDisabled()).toBe(true)
    await page
      .getByRole('button', { name: /needs attention/ })
      .first()
      .waitFor()
  })

  it('can be mended: the row is gone to in the examples', async () => {
    const rows = [
      ...Array.from({ length: 80 }, (_, i) => ({ instruct: `${i}`, input: '', label: '红绫' })),
      { instruct: '写', input: '', label: '' },
    ]
    const opened = await appAtLearns({ locale: 'en-US' }, rows, { model: SMALL_MODEL })
    ;({ app } = opened)
    const { page } = opened
    await page.getByRole('button', { name: 'Go to the first' }).click({ timeout: 60_000 })
    await page.getByRole('button', { name: 'Edit in Examples' }).click()
    await page.getByRole('complementary').getByRole('heading', { name: 'Row 81' }).waitFor()
    await page.locator('.row.active').waitFor()
  })

  it('is read until a person stops it, and goes on where they want it to', async () => {
    const rows = Array.from({ length: 12_000 }, (_, i) => ({ instruct: `${i}？`, input: '', label: `${POEM}${i}` }))
    const opened = await appAtLearns({ locale: 'en-US' }, rows)
    ;({ app } = opened)
    const { page } = opened
    const stop = page.getByRole('button', { name: 'Stop reading' })
    await stop.waitFor({ timeout: 60_000 })
    // However quick the computer is: the engine reads no further until the button was pressed.
    const engines = await app.main.children()
    for (const engine of engines) process.kill(engine, 'SIGSTOP')
    await stop.click()
    for (const engine of engines) process.kill(engine, 'SIGCONT')
    await page
      .getByText(/^Reading stopped: [\d,]+ of 12,000 rows are known\.$/)
      .first()
      .waitFor()
    await page.getByRole('button', { name: 'Go on reading' }).click()
    await page.getByText(/^Of the 12,000 rows to learn from/).waitFor({ timeout: 60_000 })
  })

  it('keeps a training from starting where it would be meaningless', async () => {
    const opened = await appAtLearns({ locale: 'en-US' }, undefined, { settings: { max_length: 8 } })
    ;({ app } = opened)
    const { page } = opened
    await page.getByText('Training cannot start').waitFor({ timeout: 60_000 })
    await page.getByText(/consist only of rows with nothing to learn/).waitFor()
  })
})

describe('every view of step 2 is readable for everyone', () => {
  it.each([
    ['zh-CN', 'light'],
    ['en-US', 'dark'],
  ] as const)('%s, %s', async (locale, colorScheme) => {
    const rows = [
      ...golden.rows,
      { instruct: '写诗：', input: '藏\u202e着', label: '' },
      { instruct: '很长', input: '长'.repeat(700), label: 'a\u0000b' },
    ]
    const { app, page } = await appAtLearns({ locale, colorScheme }, rows)
    try {
      await tokens(page).first().waitFor({ timeout: 60_000 })
      for (const index of [0, 1, 2, 3]) {
        await page
          .getByRole('group', { name: locale === 'zh-CN' ? '查看内容' : 'What to look at' })
          .getByRole('radio')
          .nth(index)
          .check()
        await page.waitForLoadState('networkidle')
        if (index === 2) await page.locator('del').first().waitFor()
        if (index === 3) await page.getByRole('table').first().waitFor()
        await expectFine(page, `learns-${index + 1}`, locale, colorScheme)
        expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(1280)
      }
      expect(app.complaints).toEqual([])
    } finally {
      await app.stop()
    }
  })
})

it('an empty project says what this place is for, and leads to the examples', async () => {
  const { app, page } = await appAtLearns({ locale: 'en-US' }, [])
  try {
    await page.getByRole('heading', { name: 'Nothing to learn yet' }).waitFor()
    await page.getByRole('button', { name: 'Write examples' }).click()
    await expect.poll(() => page.evaluate(() => location.hash)).toBe('#examples')
  } finally {
    await app.stop()
  }
})
