import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { encodeText } from '../support/encodedText.ts'
import { startApp, type StartedApp } from './electron/startApp.ts'
import { expectFine } from './pictures.ts'

let files: string
let app: StartedApp | undefined
beforeAll(async () => {
  files = await mkdtemp(join(tmpdir(), 'tunedesk-'))
})
afterEach(() => app?.stop())
afterAll(() => rm(files, { recursive: true, force: true }))

/** The app with an empty project at its first step, and a file that the person is about to choose. */
async function openEmptyProject(locale: 'en-US' | 'zh-CN', name: string, content: string | Uint8Array, theme?: 'dark') {
  const started = await startApp({ locale, ...(theme ? { colorScheme: theme } : {}) })
  app = started
  const { page } = started
  const { folder } = await started.client.call('projects.create', { name: 'Mine' })
  await page.evaluate((project) => {
    sessionStorage.setItem('open-project', project)
    location.hash = 'examples'
  }, folder)
  await page.reload()
  const path = join(files, name)
  await writeFile(path, content)
  await started.chooseNext(path)
  return { ...started, project: folder, dialog: page.getByRole('dialog') }
}

describe('importing a file', () => {
  it.each([
    ['zh-CN', undefined],
    ['en-US', 'dark'],
  ] as const)('shows what is found, takes it over, and takes it back: %s', async (locale, theme) => {
    const content = encodeText('问题,回答,来源\n天是什么颜色？,蓝色,书\n草呢？,,\n"没有闭合,的引号,\n', 'gb18030')
    const { page, dialog, client, project, complaints } = await openEmptyProject(locale, 'rows.csv', content, theme)
    const words = {
      'zh-CN': { open: '导入文件', encoding: '编码', do: '导入 2 条样例', undo: '撤销', line: '第 3 行' },
      'en-US': { open: 'Import a file', encoding: 'Encoding', do: 'Import 2 examples', undo: 'Undo', line: 'Line 3' },
    }[locale]
    await page.getByRole('button', { name: words.open }).first().click()
    await dialog.getByText('天是什么颜色？').waitFor()
    expect(await dialog.getByLabel(words.encoding).inputValue()).toBe('gb18030')
    expect(await dialog.getByText(words.line).count()).toBe(1)
    await expectFine(page, 'import', locale, theme ?? 'light')
    await dialog.getByRole('button', { name: words.do }).click()
    await dialog.waitFor({ state: 'detached' })
    expect(await client.call('rows.state', { project })).toMatchObject({ count: 2, undo: { kind: 'import', rows: 2 } })
    await page.getByRole('button', { name: words.undo }).last().click()
    await expect.poll(async () => (await client.call('rows.state', { project })).count).toBe(0)
    expect(complaints).toEqual([])
  })

  it('lets a person say which column is what, and what stands in every row', async () => {
    const { page, dialog, client, project } = await openEmptyProject('en-US', 'words.csv', 'cat;Katze\ndog;Hund\n')
    await page.getByRole('button', { name: 'Import a file' }).first().click()
    await dialog.getByLabel('Question', { exact: true }).selectOption({ label: 'The same text in every row' })
    await dialog.getByRole('textbox').fill('Translate: ')
    await dialog.getByLabel('Input', { exact: true }).selectOption({ label: 'Column 1' })
    await dialog.getByRole('cell', { name: 'Translate:' }).first().waitFor()
    await dialog.getByRole('button', { name: 'Import 2 examples' }).click()
    await dialog.waitFor({ state: 'detached' })
    const { rows } = await client.call('rows.page', { project, view: {}, start: 0, end: 2 })
    expect(rows.map(({ instruct, input, label }) => [instruct, input, label])).toEqual([
      ['Translate: ', 'cat', 'Katze'],
      ['Translate: ', 'dog', 'Hund'],
    ])
  })

  it('takes 100,000 rows, and writes them out again', async () => {
    const line = (i: number): string => `What is number ${i}?,"It is the number ${i}, of course."\r\n`
    const content = `question,answer\r\n${Array.from({ length: 100_000 }, (_, i) => line(i)).join('')}`
    const { page, dialog, client, project, chooseNext } = await openEmptyProject('en-US', 'large.csv', content)
    await page.getByRole('button', { name: 'Import a file' }).first().click()
    await dialog.getByRole('button', { name: 'Import 100,000 examples' }).click({ timeout: 60_000 })
    await dialog.waitFor({ state: 'detached', timeout: 60_000 })
    expect((await client.call('rows.state', { project })).count).toBe(100_000)

    const target = join(files, 'out.csv')
    await chooseNext(target)
    await page.getByRole('button', { name: 'Export' }).first().click()
    await dialog.getByRole('radio', { name: 'CSV' }).check()
    await expectFine(page, 'export-en-US-light')
    await dialog.getByRole('button', { name: 'Export 100,000 examples' }).click()
    await dialog.waitFor({ state: 'detached', timeout: 60_000 })
    const written = (await readFile(target, 'utf8')).split('\r\n')
    expect(written).toHaveLength(100_002)
    expect(written[100_000]).toBe('What is number 99999?,,"It is the number 99999, of course."')
  }, 150_000)
})
