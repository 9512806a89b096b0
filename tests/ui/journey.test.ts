import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright-core'
import { afterEach, describe, expect, it } from 'vitest'
import type { RunSummary } from '../../src-main/contract/areas/runs.ts'
import poems from '../fixtures/poems.json' with { type: 'json' }
import golden from '../golden/data/qwen2/golden.json' with { type: 'json' }
import starterPoems from '../golden/data/starter_poems.json' with { type: 'json' }
import { appWithRows } from './appWithRows.ts'
import { startApp, type StartedApp } from './electron/startApp.ts'

const SMALL_MODEL = fileURLToPath(new URL('../golden/data/qwen2', import.meta.url))
const PNG_SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]
const VERDICT = 'It has learned: it answers 2 of 2 questions word for word and never recites your input: the mask worked.'
const A_TRAINING = 60_000

let app: StartedApp | undefined
afterEach(() => app?.stop())

/** Where it makes no difference whether anything is learned, it is trained in an instant. */
const TRAINED_IN_AN_INSTANT = { model: SMALL_MODEL, preset: 'starter' } as const
/** The starter model learns the two poems in fewer steps than it is given by itself. */
const SHORT = { num_train_epochs: 16, learning_rate: 0.001 }

/** An app that shows Train of a project with the two poems. */
async function appAtTrain(plan: object = {}) {
  const opened = await appWithRows(poems)
  ;({ app } = opened)
  await opened.app.client.call('projects.changePlan', { project: opened.project, plan })
  await step(opened.page, 'Train').click()
  await opened.page.getByRole('heading', { level: 1, name: 'Train' }).waitFor()
  return opened
}

/** A step in the rail, whatever its state. */
const step = (page: Page, name: string) =>
  page.getByRole('navigation', { name: 'Steps of the project' }).getByRole('button', { name })
const start = (page: Page) => page.getByRole('main').getByRole('button', { name: 'Start training' }).click()
const finished = (page: Page) => page.getByText(/^Finished: [\d,]+ steps in /).waitFor({ timeout: A_TRAINING })
/** Waits until the run that is shown has taken a few steps. */
const underWay = (page: Page) =>
  page.getByText(/^Training: round [\d,]+ of [\d,]+, step ([3-9]|\d[\d,])/).waitFor({ timeout: A_TRAINING })
const ofRun = async (page: Page, name: string) => {
  await page.getByRole('main').getByRole('button', { name: 'More' }).click()
  await page.getByRole('menuitem', { name }).click()
}
/** Tab goes through at most so many things before it is back where it began. */
const MOST_TABS = 120

/** Goes on with Tab to the button that is called so, and presses it. */
async function pressByKeyboard(page: Page, name: RegExp): Promise<void> {
  for (let tabs = 0; tabs < MOST_TABS; tabs++) {
    await page.keyboard.press('Tab')
    const focused = await page.evaluate(() => document.querySelector('button:focus')?.textContent.trim() ?? '')
    if (name.test(focused)) return page.keyboard.press('Enter')
  }
  throw new Error(`no Tab leads to ${name}`)
}

/** Ids and labels of a row as step 2 shows them. */
async function idsAndLabels(page: Page, number: number): Promise<{ input_ids: number[]; labels: number[] }> {
  const options = page.getByRole('listbox', { name: `Tokens of row ${number}` }).getByRole('option')
  await options.first().waitFor({ timeout: A_TRAINING })
  const names = await options.evaluateAll((all) => all.map((each) => each.getAttribute('aria-label') ?? ''))
  const input_ids = names.map((name) => Number(/, id (\d+), /.exec(name)?.[1]))
  return { input_ids, labels: input_ids.map((id, at) => (names[at]?.includes(', Given') ? -100 : id)) }
}

const newTraining = (page: Page) => page.getByRole('button', { name: 'New training' }).click()

describe('the first start', () => {
  it('goes from one click to a verdict', async () => {
    app = await startApp()
    const { page } = app
    await page.getByRole('button', { name: 'Try it with the sample' }).click()
    await page.getByText('The sample: the model is learning the two poems.').waitFor()
    await page.getByText(VERDICT).waitFor({ timeout: 2 * A_TRAINING })
    await page.getByText('The sample:').waitFor({ state: 'detached' })
    await step(page, 'Test').getByText('done').waitFor({ state: 'attached' })
    expect(app.complaints).toEqual([])
  })
})

describe('the two rows of the tutorial', () => {
  it('are typed by hand, shown as they are learned, trained, and tested both ways, by keyboard alone', async () => {
    app = await startApp()
    const { page } = app
    await pressByKeyboard(page, /^New project/)
    await page.getByRole('dialog').getByRole('textbox').waitFor()
    await page.keyboard.insertText('By hand')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { level: 1, name: 'Examples' }).waitFor()
    await pressByKeyboard(page, /^Write the first example$/)
    const field = page.locator('textarea:focus')
    await field.waitFor()
    for (const { instruct, input, label } of poems) {
      for (const text of [instruct, input, label]) {
        for (const [at, line] of text.split('\n').entries()) {
          if (at > 0) await page.keyboard.press('Shift+Enter')
          await page.keyboard.insertText(line)
        }
        await page.keyboard.press('Tab')
      }
      // Behind the last answer, Tab has begun the next row.
      await expect.poll(() => field.getAttribute('aria-label')).toMatch(/^Question/)
    }
    await page.keyboard.press('Escape')
    await page.keyboard.press('Control+Backspace')
    await page.getByText('2 rows', { exact: true }).waitFor()

    // Escape lets Tab leave the table.
    await page.keyboard.press('Escape')
    await pressByKeyboard(page, /What it learns/)
    expect(await idsAndLabels(page, 1)).toEqual(starterPoems[0])
    await page.getByRole('listbox', { name: 'Rows' }).getByRole('option').first().focus()
    await page.keyboard.press('ArrowDown')
    expect(await idsAndLabels(page, 2)).toEqual(starterPoems[1])

    const [project] = await app.client.call('projects.recent', undefined)
    await app.client.call('projects.changePlan', { project: project?.folder ?? '', plan: { settings: SHORT } })
    await pressByKeyboard(page, /Train(?!ing)/)
    await expect.poll(() => page.getByRole('main').getByRole('button', { name: 'Start training' }).isEnabled()).toBe(true)
    await pressByKeyboard(page, /^Start training$/)
    await finished(page)
    await pressByKeyboard(page, /^Test it$/)
    await page.getByRole('button', { name: 'Test this model' }).waitFor()
    await pressByKeyboard(page, /^Test this model$/)
    await page.getByText(VERDICT).waitFor({ timeout: A_TRAINING })
    expect(app.complaints).toEqual([])
  })

  it('have the ids and labels that transformers gives them', async () => {
    const opened = await appWithRows(golden.rows)
    ;({ app } = opened)
    const { page } = opened
    await app.client.call('projects.changePlan', { project: opened.project, plan: { model: SMALL_MODEL } })
    await step(page, 'What it learns').click()
    const { input_ids, labels } = golden.batch_rows[0] ?? {}
    expect(await idsAndLabels(page, 1)).toEqual({ input_ids, labels })
  })
})

describe('a training', () => {
  it('whose engine dies says how far it is safe, and goes on to its end', async () => {
    const settings = {
      num_train_epochs: 150,
      sample_each_epoch: false,
      save_strategy: 'steps',
      save_steps: 10,
      save_total_limit: 1,
    }
    const { page, project } = await appAtTrain({ ...TRAINED_IN_AN_INSTANT, settings })
    await start(page)
    await underWay(page)
    await expect
      .poll(async () => (await app?.client.call('runs.list', { project }))?.[0]?.safeStep ?? 0, { timeout: A_TRAINING })
      .toBeGreaterThan(0)
    for (const engine of (await app?.main.children()) ?? []) process.kill(engine, 'SIGKILL')
    await page.getByText(/^Stopped at step \d+, safe up to step \d+\. Resume goes on from there\./).waitFor()
    await step(page, 'Train').getByText('needs attention').waitFor({ state: 'attached' })
    await page.getByRole('button', { name: 'Resume' }).click()
    await finished(page)
    expect(await page.getByText(/^Finished: /).innerText()).toContain('Finished: 150 steps')
  })

  it('is paused, goes on, is stopped and kept, and is discarded after a question', async () => {
    const { page, project } = await appAtTrain({ ...TRAINED_IN_AN_INSTANT, settings: { num_train_epochs: 5000 } })
    await start(page)
    await underWay(page)
    await page.getByRole('button', { name: 'Pause' }).click()
    await page.getByText(/^Paused at step [\d,]+ of 5,000\./).waitFor({ timeout: A_TRAINING })
    await page.getByRole('button', { name: 'Resume' }).click()
    await page.getByText(/^Training: /).waitFor({ timeout: A_TRAINING })
    await page.getByRole('button', { name: 'Stop and keep' }).click()
    await finished(page)
    const runs = () => app?.client.call('runs.list', { project })
    expect((await runs())?.[0]?.step).toBeLessThan(5000)

    await ofRun(page, 'Discard')
    const dialog = page.getByRole('dialog', { name: 'Discard “Run 1”?' })
    await dialog.locator('button:focus', { hasText: 'Cancel' }).waitFor()
    await page.keyboard.press('Enter')
    await dialog.waitFor({ state: 'detached' })
    expect(await runs()).toHaveLength(1)
    await ofRun(page, 'Discard')
    await dialog.getByRole('button', { name: 'Discard' }).click()
    await page.getByText(/^“Run 1” is deleted/).waitFor()
    expect(await runs()).toEqual([])
  })

  it('is beside another: settings, losses and verdicts; its loss is a picture, a table, and read point by point', async () => {
    const { page, project } = await appAtTrain({ ...TRAINED_IN_AN_INSTANT, settings: { num_train_epochs: 4 } })
    const client = app?.client
    if (!client) throw new Error('no app')
    await start(page)
    await finished(page)
    const file = join(project, 'loss.png')
    await app?.chooseNext(file)
    await ofRun(page, 'Save the picture of the loss (PNG)')
    await page.getByText(`The picture is in ${file}.`).waitFor()
    expect([...(await readFile(file)).subarray(0, 8)]).toEqual(PNG_SIGNATURE)

    const chart = page.getByRole('application', { name: /^Loss:/ })
    await chart.focus()
    await page.keyboard.press('End')
    await page.getByText(/^Step 4: Examples \d/).waitFor({ state: 'attached' })
    await page.keyboard.press('ArrowLeft')
    await page.getByText(/^Step 3: Examples \d/).waitFor({ state: 'attached' })

    const [{ id }] = (await client.call('runs.list', { project })) as [RunSummary]
    await client.call('tests.start', { project, run: id, untrained: false, sample: null })
    await expect
      .poll(async () => (await client.call('runs.list', { project }))[0]?.verdict ?? null, { timeout: A_TRAINING })
      .not.toBeNull()
    await client.call('projects.changePlan', { project, plan: { settings: { num_train_epochs: 3, learning_rate: 0.0001 } } })
    await newTraining(page)
    await start(page)
    await page.getByText(/^Finished: 3 steps in /).waitFor({ timeout: A_TRAINING })
    await page.getByRole('checkbox', { name: 'Compare “Run 1”' }).check()
    await page.getByRole('heading', { name: 'Runs compared' }).waitFor()
    const table = page.getByRole('table').first()
    const cellsOf = (name: string) => table.getByRole('row').filter({ hasText: name }).getByRole('cell').allInnerTexts()
    const runs = (await table.getByRole('columnheader').allInnerTexts()).slice(0, 2)
    expect([...runs].sort()).toEqual(['Run 1', 'Run 2'])
    const byRun = (values: string[]) => Object.fromEntries(runs.map((run, at) => [run, values[at]]))
    expect(byRun(await cellsOf('num_train_epochs'))).toEqual({ 'Run 1': '4', 'Run 2': '3' })
    expect(byRun(await cellsOf('learning_rate'))['Run 2']).toBe('1E-4')
    expect(await table.getByRole('row').filter({ hasText: 'lr_scheduler_type' }).count()).toBe(0)
    const verdicts = byRun(await cellsOf('Test'))
    expect(verdicts['Run 2']).toBe('not tested yet')
    expect(verdicts['Run 1']).toMatch(/\d of 2/)

    await page.getByRole('button', { name: 'Loss as a table' }).click()
    const points = page.getByRole('group', { name: 'Loss', exact: true }).getByRole('table')
    await expect.poll(() => points.getByRole('row').count()).toBe(5)
    const last = await points.getByRole('row').last().getByRole('cell').allInnerTexts()
    expect(byRun(last)['Run 2']).toBe('')
    expect(Number(byRun(last)['Run 1'])).toBeGreaterThan(0)
    expect(app?.complaints).toEqual([])
  })
})

describe('Advanced', () => {
  it('says what belongs into a setting, takes what is right, goes back to the preset, and blocks what does not go together', async () => {
    const { page, project } = await appAtTrain()
    const given = async () => (await app?.client.call('projects.open', { folder: project }))?.plan.settings
    await page.getByText('Advanced', { exact: true }).click()
    const field = page.getByRole('textbox', { name: 'num_train_epochs' })
    await field.fill('many')
    await page.getByText('What belongs here: > 0').waitFor()
    expect(await field.getAttribute('aria-invalid')).toBe('true')
    expect(await given()).toEqual({})
    await field.fill('7')
    await page.getByText('What belongs here').waitFor({ state: 'detached' })
    await expect.poll(given).toEqual({ num_train_epochs: 7 })
    await page.getByText('Advanced (1 setting changed)').waitFor()
    await page.getByRole('button', { name: 'Back to the preset: num_train_epochs' }).click()
    await expect.poll(given).toEqual({})
    expect(await field.inputValue()).toBe('36')

    const startButton = page.getByRole('main').getByRole('button', { name: 'Start training' })
    await expect.poll(() => startButton.isEnabled(), { timeout: 20_000 }).toBe(true)
    await page.getByRole('textbox', { name: 'early_stopping_patience' }).fill('2')
    await page.locator('details').getByRole('alert').waitFor()
    await expect.poll(() => startButton.isDisabled(), { timeout: 20_000 }).toBe(true)
    await page.getByRole('button', { name: 'All settings back to the preset' }).click()
    await expect.poll(() => startButton.isEnabled(), { timeout: 20_000 }).toBe(true)
  })
})

describe('an adapter (LoRA)', () => {
  it('is chosen in the form, trained, asked, tested, and saved as a whole model', async () => {
    const { page, project } = await appAtTrain({ settings: { num_train_epochs: 24 } })
    await page.getByText('Advanced (1 setting changed)').waitFor()
    expect(await page.getByRole('combobox', { name: 'target_modules' }).count()).toBe(0)
    await page.getByRole('radio', { name: /^An adapter \(LoRA\)/ }).check()
    const targets = page.getByRole('combobox', { name: 'target_modules' })
    await targets.fill('all linear')
    await page.getByText('What belongs here: all-linear').waitFor()
    await targets.fill('all-linear')
    await start(page)
    await finished(page)
    await page.getByText(/^The result is an adapter of .* It works together with Starter model/).waitFor()
    await page.getByText('Should answer').first().waitFor()

    const folder = join(project, 'merged')
    await app?.chooseNext(folder)
    await ofRun(page, 'Save as a whole model…')
    await page
      .getByRole('dialog')
      .getByText(/It takes about \d.* on the disk/)
      .waitFor()
    await page.getByRole('dialog').getByRole('button', { name: 'Choose a place…' }).click()
    await page.getByText(`The model is in ${folder}.`).waitFor({ timeout: A_TRAINING })
    expect((await readdir(folder)).sort()).toEqual(expect.arrayContaining(['config.json', 'model.safetensors', 'tokenizer.json']))

    await page.getByRole('button', { name: 'Test it' }).click()
    await page.getByRole('button', { name: 'Test this model' }).click()
    await page.getByText(VERDICT).waitFor({ timeout: A_TRAINING })
    expect(app?.complaints).toEqual([])
  })
})
