import { readFileSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Locator, Page } from 'playwright-core'
import { afterEach, describe, expect, it } from 'vitest'
import type { Row } from '../../src-main/contract/row.ts'
import { appWithRows, showExamples, type AppWithRows } from './appWithRows.ts'
import { startApp } from './electron/startApp.ts'
import { expectFine } from './pictures.ts'

const POEMS = readFileSync(new URL('../../resources/samples/poems/rows.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Row)

const row = (instruct: string, label: string, input = ''): Row => ({ instruct, input, label })

/** A cell by the number of its row, from 1, and of its column, from 0. */
const cell = (page: Page, number: number, column = 0): Locator =>
  page.getByRole('grid').getByRole('row').nth(number).getByRole('gridcell').nth(column)
/** What the keys are meant for. */
const here = (page: Page): Locator => page.locator('textarea:focus')
const label = (page: Page): Promise<string | null> => here(page).getAttribute('aria-label')
const press = async (page: Page, ...keys: string[]): Promise<void> => {
  for (const key of keys) await page.keyboard.press(key)
}
const saved = (page: Page): Promise<void> => page.getByText(/^(Saved|已保存)$/).waitFor()

/** What a spreadsheet puts on the clipboard, pasted. */
const paste = (page: Page, text: string, html = ''): Promise<void> =>
  page.evaluate(
    ([plain, markup]) => {
      const data = new DataTransfer()
      data.setData('text/plain', plain)
      if (markup !== '') data.setData('text/html', markup)
      const event = new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true })
      ;(document.activeElement ?? document.body).dispatchEvent(event)
    },
    [text, html] as const,
  )

let opened: AppWithRows
afterEach(() => opened.app.stop())

describe('a new project', () => {
  it('is written by hand, row by row, and nothing is lost when the app is ended at once', async () => {
    opened = await appWithRows([], { locale: 'zh-CN' })
    const { page, app, project } = opened
    await page.getByRole('button', { name: '写第一条样例' }).click()
    await here(page).waitFor()
    for (const { instruct, input, label: answer } of POEMS) {
      for (const text of [instruct, input, answer]) {
        const [first = '', ...more] = text.split('\n')
        await page.keyboard.insertText(first)
        for (const line of more) {
          await press(page, 'Shift+Enter')
          await page.keyboard.insertText(line)
        }
        await press(page, 'Tab')
      }
      // Behind the last answer, Tab has begun the next row.
      await expect.poll(() => label(page)).toMatch(/问题$/)
    }
    await press(page, 'Escape', 'Control+Backspace')
    await expect.poll(() => opened.rows()).toEqual(POEMS)
    await saved(page)

    await app.main.kill()
    const again = await startApp({ locale: 'zh-CN', home: app.home })
    try {
      await showExamples(again.page, project)
      await cell(again.page, 2, 2).getByText('恩仇难两忘，何处是家乡？').waitFor()
      // The history is there as well: the row that was deleted last comes back.
      await again.page.getByRole('button', { name: '撤销：删除 1 行' }).click()
      await again.page.getByText('共 3 行').waitFor()
      await again.page.getByRole('button', { name: '重做：删除 1 行' }).click()
      await again.page.getByText('共 2 行').waitFor()
      expect(again.complaints).toEqual([])
    } finally {
      await again.app.quit().catch(() => undefined)
      await again.stop()
    }
  })

  it('takes rows pasted from a spreadsheet, line breaks and quotes in their cells included', async () => {
    opened = await appWithRows([])
    const { page, rows } = opened
    await page.getByRole('heading', { name: 'No examples yet' }).waitFor()
    await paste(page, 'What is it?\t\t"one\ntwo ""2"""\r\nAnd this?\tinput\tplain\r\n')
    await page.getByText('2 rows', { exact: true }).waitFor()
    expect(await rows()).toEqual([row('What is it?', 'one\ntwo "2"'), row('And this?', 'plain', 'input')])
  })

  it('imports a file that is dropped on the window', async () => {
    opened = await appWithRows([])
    const { page, app, rows } = opened
    const file = join(app.home, 'rows.csv')
    await writeFile(file, 'question,answer\nq1,a1\nq2,a2\n')
    await app.drop(page.locator('body'), [file])
    await page.getByRole('button', { name: 'Import 2 examples' }).click()
    await page.getByText('2 rows', { exact: true }).waitFor()
    expect(await rows()).toEqual([row('q1', 'a1'), row('q2', 'a2')])
    await page.getByRole('button', { name: 'Undo: import 2 rows' }).waitFor()
  })
})

describe('keys', () => {
  it('that come before the new row is there are meant for it', async () => {
    opened = await appWithRows([row('q', 'a')])
    const { page, rows } = opened
    await cell(page, 1, 2).click()
    await press(page, 'F2')
    // None of them waits for what the one before brings about.
    await Promise.all(['!', 'Tab', 'n', 'e', 'w', 'Tab', 'Tab', 'x', 'Tab', 'z'].map((key) => page.keyboard.press(key)))
    await expect.poll(rows).toEqual([row('q', 'a!'), row('new', 'x'), row('z', '')])
  })

  it('of a shortcut wait for it, too', async () => {
    opened = await appWithRows([row('q', 'a')])
    const { page, rows } = opened
    await cell(page, 1, 2).click()
    await press(page, 'F2')
    // At once, as no hand is: the keyboard of the tests lets the modifier of one key fall on another.
    await here(page).evaluate((field) => {
      for (const key of [{ key: 'Tab' }, { key: 'Escape' }, { key: 'Backspace', ctrlKey: true }])
        field.dispatchEvent(new KeyboardEvent('keydown', { ...key, bubbles: true, cancelable: true }))
    })
    await page.getByText('1 row deleted.', { exact: true }).waitFor()
    expect(await rows()).toEqual([row('q', 'a')])
  })

  it('go through the cells, begin and end writing, as in a spreadsheet', async () => {
    opened = await appWithRows([row('q1', 'a1'), row('q2', 'a2'), row('q3', 'a3')])
    const { page, rows } = opened
    await cell(page, 1).click()
    expect(await label(page)).toBe('Question, row 1')
    await press(page, 'ArrowDown', 'ArrowRight')
    expect(await label(page)).toBe('Input, row 2')
    await press(page, 'Control+End')
    expect(await label(page)).toBe('Input, row 3')
    await press(page, 'Home', 'Shift+Tab')
    expect(await label(page)).toBe('Answer, row 2')
    // Typing takes the text's place; Escape gives it back.
    await page.keyboard.type('other')
    expect(await here(page).inputValue()).toBe('other')
    await press(page, 'Escape')
    expect(await here(page).inputValue()).toBe('a2')
    // F2 writes on behind it; Enter is done and goes down.
    await press(page, 'F2')
    await page.keyboard.type('!')
    await press(page, 'Alt+Enter')
    await page.keyboard.type('more')
    await press(page, 'Enter')
    expect(await label(page)).toBe('Answer, row 3')
    await press(page, 'Delete')
    await expect.poll(rows).toEqual([row('q1', 'a1'), row('q2', 'a2!\nmore'), row('q3', '')])
    // The way out of the table.
    await press(page, 'Escape', 'Tab')
    expect(await here(page).count()).toBe(0)
  })

  it('reach an input method from the first one on', async () => {
    opened = await appWithRows([row('q1', 'a1')])
    const { page, rows } = opened
    await cell(page, 1).click()
    const devtools = await page.context().newCDPSession(page)
    await devtools.send('Input.imeSetComposition', { text: 'n', selectionStart: 1, selectionEnd: 1 })
    await devtools.send('Input.imeSetComposition', { text: 'ni', selectionStart: 2, selectionEnd: 2 })
    expect(await here(page).inputValue()).toBe('ni')
    await devtools.send('Input.insertText', { text: '你好' })
    await press(page, 'Enter')
    await expect.poll(rows).toEqual([row('你好', 'a1')])
  })

  it('select, copy, duplicate, move and delete rows', async () => {
    opened = await appWithRows([row('q1', 'a1'), row('q2', 'two\nlines'), row('q3', 'a3')])
    const { page, rows } = opened
    const questions = async (): Promise<string[]> => (await rows()).map(({ instruct }) => instruct)
    await cell(page, 2).click()
    await press(page, 'Alt+ArrowUp')
    await expect.poll(questions).toEqual(['q2', 'q1', 'q3'])
    // The main process has moved it before the window knows.
    await expect.poll(() => label(page)).toBe('Question, row 1')
    await press(page, 'Shift+ArrowDown', 'Alt+ArrowDown')
    await expect.poll(questions).toEqual(['q3', 'q2', 'q1'])
    await press(page, 'Control+d')
    await expect.poll(questions).toEqual(['q3', 'q2', 'q1', 'q2', 'q1'])
    await press(page, 'Control+a')
    await page.getByText('5 selected').waitFor()
    await press(page, 'Escape', 'Control+Home', 'ArrowDown', 'Shift+ArrowDown', 'Control+c')
    // Pasted below the last row, they become rows of their own.
    await press(page, 'Escape', 'Control+Enter')
    await expect.poll(questions).toEqual(['q3', 'q2', 'q1', '', 'q2', 'q1'])
    await page.locator('textarea:focus:not(.moving)').waitFor()
    await press(page, 'Escape', 'Control+v')
    await expect.poll(async () => (await rows()).slice(3)).toEqual([row('q2', 'two\nlines'), row('q1', 'a1'), row('q1', 'a1')])
    await press(page, 'Control+a', 'Delete')
    await page.getByRole('heading', { name: 'No examples yet' }).waitFor()
    await page.getByText('6 rows deleted.').waitFor()
    await page.getByRole('region', { name: 'Notices' }).getByRole('button', { name: 'Undo' }).click()
    await page.getByText('6 rows', { exact: true }).waitFor()
  })
})

describe('a text with several lines that is pasted', () => {
  it('stays one text, and becomes rows where that was meant', async () => {
    opened = await appWithRows([row('q1', 'a1'), row('q2', 'a2')])
    const { page, rows } = opened
    await cell(page, 1, 2).click()
    await paste(page, '床前明月光\n疑是地上霜')
    await expect.poll(rows).toEqual([row('q1', '床前明月光\n疑是地上霜'), row('q2', 'a2')])
    await page.getByRole('button', { name: 'Make a row of each line' }).click()
    await expect.poll(rows).toEqual([row('q1', '床前明月光'), row('q2', '疑是地上霜')])
  })
})

describe('undo and redo', () => {
  it('say what they do, follow the change, and take typing back at once', async () => {
    opened = await appWithRows([row('q1', 'a1'), row('q2', 'a2')])
    const { page, rows } = opened
    await cell(page, 2, 2).click()
    await page.keyboard.type('written anew', { delay: 60 })
    await press(page, 'Enter')
    await saved(page)
    await cell(page, 1).click()
    await press(page, 'Control+z')
    await expect.poll(rows).toEqual([row('q1', 'a1'), row('q2', 'a2')])
    await expect.poll(() => label(page)).toBe('Question, row 2')
    await page.getByRole('button', { name: 'Redo: type' }).click()
    await expect.poll(rows).toEqual([row('q1', 'a1'), row('q2', 'written anew')])
    await cell(page, 1).click()
    await press(page, 'Control+z')
    await expect.poll(rows).toEqual([row('q1', 'a1'), row('q2', 'a2')])
    await press(page, 'Control+y')
    await expect.poll(rows).toEqual([row('q1', 'a1'), row('q2', 'written anew')])
    await press(page, 'Control+z')
    await expect.poll(rows).toEqual([row('q1', 'a1'), row('q2', 'a2')])
    await press(page, 'Control+Shift+z')
    await expect.poll(rows).toEqual([row('q1', 'a1'), row('q2', 'written anew')])
  })

  it('need no pause in the typing: what was written a moment ago is there when the app ends at once', async () => {
    opened = await appWithRows([row('q1', '')])
    const { page, app, project } = opened
    await cell(page, 1, 2).click()
    const written = 'one sentence after another without ever stopping '.repeat(2)
    await page.keyboard.type(written, { delay: 25 })
    await app.main.kill()
    const again = await startApp({ home: app.home })
    try {
      const { rows } = await again.client
        .call('projects.open', { folder: project })
        .then(() => again.client.call('rows.page', { project, view: {}, start: 0, end: 1 }))
      expect(written.startsWith(rows[0]?.label ?? '-')).toBe(true)
      expect(rows[0]?.label.length).toBeGreaterThan(written.length / 2)
    } finally {
      await again.stop()
    }
  })
})

describe('find', () => {
  it('shows the rows with a text; a row being written stays, though it no longer fits', async () => {
    opened = await appWithRows([row('cat', 'meow'), row('dog', 'woof'), row('Cat', 'purr')])
    const { page, rows } = opened
    await cell(page, 1).click()
    await press(page, 'Control+f')
    await page.keyboard.type('cat')
    await page.getByText('2 of 3 rows').waitFor()
    await page.getByRole('button', { name: 'Match case' }).click()
    await page.getByText('1 of 3 rows').waitFor()
    await cell(page, 1).click()
    await page.keyboard.type('mouse', { delay: 120 })
    expect(await here(page).inputValue()).toBe('mouse')
    await press(page, 'Enter')
    await page.getByRole('heading', { name: 'No row looks like this' }).waitFor()
    await page.getByRole('main').getByRole('button', { name: 'Show all rows' }).last().click()
    await page.getByText('3 rows', { exact: true }).waitFor()
    expect((await rows())[0]).toEqual(row('mouse', 'meow'))
  })

  it('and replace shows first what it would do, and is one step back', async () => {
    const before = [row('a cat', 'meow'), row('a dog', 'no cat'), row('a cow', 'moo')]
    opened = await appWithRows(before)
    const { page, rows } = opened
    await cell(page, 1).click()
    await press(page, 'Control+h')
    await page.keyboard.type('c(.)t')
    await page.getByText('Nothing like this in the examples.').waitFor()
    await page.getByLabel('Pattern', { exact: true }).check()
    await page.getByRole('textbox', { name: 'Replace by' }).fill('c$1$1t')
    await page.getByText('2 rows would change, in 2 of their texts.').waitFor()
    await expect.poll(() => page.locator('ins').allTextContents()).toEqual(['caat', 'caat'])
    expect(await rows()).toEqual(before)
    await page.getByRole('button', { name: 'Replace in 2 rows' }).click()
    await expect.poll(rows).toEqual([row('a caat', 'meow'), row('a dog', 'no caat'), row('a cow', 'moo')])
    await page.getByRole('button', { name: 'Undo: replace in 2 rows' }).click()
    await expect.poll(rows).toEqual(before)
  })
})

describe('what is held out', () => {
  it('is marked row by row, or drawn, and counted', async () => {
    opened = await appWithRows(Array.from({ length: 20 }, (_, at) => row(`q${at}`, `a${at}`)))
    const { page, app, project } = opened
    await cell(page, 1).click()
    await press(page, 'Shift+ArrowDown')
    await page.getByRole('button', { name: 'Hold out', exact: true }).click()
    await press(page, 'Escape')
    await page.getByText('2 held out', { exact: true }).waitFor()
    await page.getByRole('button', { name: 'More to do with rows' }).click()
    await page.getByRole('menuitem', { name: 'Hold out some rows for the test' }).click()
    await page.getByText('About 2 of 20 rows').waitFor()
    await page.getByRole('slider', { name: 'How many' }).fill('25')
    await page.getByText('About 5 of 20 rows').waitFor()
    await page.getByRole('button', { name: 'Hold out', exact: true }).click()
    await page.getByText('5 held out', { exact: true }).waitFor()
    await page.getByRole('combobox', { name: 'Rows' }).selectOption('Held out')
    await page.getByText('5 of 20 rows').waitFor()
    await app.client.call('projects.close', { project })
    const { heldOut } = JSON.parse(await readFile(join(project, 'splits.json'), 'utf8')) as { heldOut: number[] }
    expect(heldOut).toHaveLength(5)
  })
})

describe('what is odd about rows', () => {
  it('is told beside them, shown, mended, and taken back', async () => {
    const before = [row('q1', 'a1'), row('q1', 'a1'), row('q2', ''), row('q3', 'a3')]
    opened = await appWithRows(before)
    const { page, rows } = opened
    const panel = page.getByRole('complementary', { name: 'About the examples' })
    const copies = panel.getByRole('listitem').filter({ has: page.getByRole('heading', { name: 'Same as another row' }) })
    await copies.getByRole('button', { name: 'Show rows' }).click()
    await page.getByText('1 of 4 rows').waitFor()
    await copies.getByRole('button', { name: 'Delete the copy' }).click()
    await page.getByText('3 rows', { exact: true }).waitFor()
    await copies.waitFor({ state: 'detached' })
    // Without an answer there is nothing to learn: the step says so.
    await page
      .getByRole('button', { name: /^Examples/ })
      .getByText('needs attention')
      .waitFor({ state: 'attached' })
    await panel.getByRole('button', { name: 'Delete the row' }).click()
    await panel.getByText('Nothing odd in these rows.').waitFor()
    await expect.poll(rows).toEqual([row('q1', 'a1'), row('q3', 'a3')])
    await page.getByRole('button', { name: 'Undo: mend a row' }).click()
    await page.getByRole('button', { name: 'Undo: mend a row' }).click()
    await expect.poll(rows).toEqual(before)
  })
})

describe('rows that are dragged', () => {
  it('go where they are dropped', async () => {
    opened = await appWithRows([row('q1', 'a1'), row('q2', 'a2'), row('q3', 'a3')])
    const { page, rows } = opened
    const head = page.getByRole('rowheader').first()
    const target = page.getByRole('grid').getByRole('row').nth(3)
    const height = (await target.boundingBox())?.height ?? 0
    await head.dragTo(target, { targetPosition: { x: 40, y: height - 4 } })
    await expect.poll(async () => (await rows()).map(({ instruct }) => instruct)).toEqual(['q2', 'q3', 'q1'])
  })
})

describe.each([
  ['zh-CN', 'light'],
  ['en-US', 'dark'],
] as const)('for everybody, in %s and %s', (locale, colorScheme) => {
  it('it is readable and complains of nothing', async () => {
    opened = await appWithRows([...POEMS, ...POEMS, row('q', '')], { locale, colorScheme })
    const { page, app } = opened
    await page.getByRole('complementary').getByRole('listitem').first().waitFor()
    await cell(page, 1).click()
    await expectFine(page, 'examples-cell', locale, colorScheme)
    await press(page, 'Control+a')
    await expectFine(page, 'examples-selected', locale, colorScheme)
    await press(page, 'Control+h')
    await page.keyboard.type('诗')
    await page.locator('del').first().waitFor()
    await expectFine(page, 'examples-replace', locale, colorScheme)
    await press(page, 'Escape', 'Control+a', 'Delete')
    await page.getByRole('button', { name: /^(写第一条样例|Write the first example)$/ }).waitFor()
    await expectFine(page, 'examples-deleted', locale, colorScheme)
    expect(app.complaints).toEqual([])
  })

  it('it has room for its words on a screen at 200 %', async () => {
    opened = await appWithRows(POEMS, { locale, viewport: { width: 640, height: 410 } })
    const { page } = opened
    await cell(page, 1).waitFor()
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(640)
    expect((await cell(page, 1).boundingBox())?.height).toBeGreaterThan(20)
  })
})
