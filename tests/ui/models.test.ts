import { appendFile, cp, readdir, readFile, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it, onTestFinished } from 'vitest'
import { temporaryFolder } from '../support/temporaryFolder.ts'
import { startApp } from './electron/startApp.ts'
import { expectFine } from './pictures.ts'

const SMALL_MODEL = fileURLToPath(new URL('../golden/data/qwen2', import.meta.url))
const NARROW = { width: 480, height: 820 }
const WIDE = { width: 1280, height: 900 }

async function start(locale: 'zh-CN' | 'en-US', colorScheme: 'light' | 'dark') {
  // The person's own folder, which the copy of a log must not tell of.
  const home = await temporaryFolder()
  const app = await startApp({ locale, colorScheme, home, env: { HOME: home } })
  onTestFinished(() => app.stop())
  const { page } = app
  return {
    ...app,
    /** As whoever loads the page anew there. */
    async show(place: string) {
      await page.evaluate((name) => {
        location.hash = name
      }, place)
      await page.reload()
    },
    width: () => page.evaluate(() => document.documentElement.scrollWidth),
  }
}

it.each([
  ['zh-CN', 'light'],
  ['en-US', 'dark'],
] as const)('a model is added, used and deleted, and what else lies in its folder stays: %s, %s', async (locale, colorScheme) => {
  const { page, client, chooseNext, complaints, show, width } = await start(locale, colorScheme)
  const folder = join(await temporaryFolder(), 'mine')
  await cp(resolve('resources/starter-model'), folder, { recursive: true })
  const project = await client.call('projects.create', { name: 'Poems', sample: 'poems' })
  await page.evaluate((open) => sessionStorage.setItem('open-project', open), project.folder)
  await show('models')

  await chooseNext(folder)
  await page
    .getByRole('button', { name: /添加模型|Add a model/ })
    .first()
    .click()
  await page.getByRole('heading', { name: 'mine' }).waitFor()
  await expectFine(page, 'model-added', locale, colorScheme)
  await page.setViewportSize(NARROW)
  expect(await width()).toBe(NARROW.width)
  await page.setViewportSize(WIDE)

  await page.getByRole('button', { name: /使用这个模型|Use this model/ }).click()
  await expect.poll(() => page.evaluate(() => location.hash)).toBe('#train')
  const { plan } = await client.call('projects.open', { folder: project.folder })
  expect(plan).toMatchObject({ model: folder, preset: 'thorough' })

  await show('models')
  await page.getByRole('button', { name: /mine.*的更多|More about/ }).click()
  await page.getByRole('menuitem', { name: /删除模型|Delete/ }).click()
  await page
    .getByRole('dialog')
    .getByRole('button', { name: /^(删除|Delete)$/ })
    .click()
  await expect.poll(() => readdir(folder)).toEqual(['README.md', 'loss.svg'])
  expect(complaints).toEqual([])
})

it('a model comes by a drop, is taken off and back again, and where it no longer can be read, the list says why', async () => {
  const { page, drop, complaints, show } = await start('en-US', 'light')
  const folder = join(await temporaryFolder(), 'mine')
  await cp(SMALL_MODEL, folder, { recursive: true })
  await show('models')
  await page.getByRole('heading', { name: 'Do you have another model?' }).waitFor()
  const card = page.getByRole('listitem').filter({ has: page.getByRole('heading', { name: 'mine' }) })
  await drop(page.locator('body'), [folder])
  await page.getByText('“mine” is in the list.').waitFor()
  await card.getByText(folder, { exact: true }).waitFor()

  await card.getByRole('button', { name: 'More about “mine”' }).click()
  await page.getByRole('menuitem', { name: 'Take off the list' }).click()
  await card.waitFor({ state: 'detached' })
  await page.getByRole('button', { name: 'Undo' }).click()
  await card.waitFor()
  expect(complaints).toEqual([])

  const config = join(folder, 'config.json')
  const known = JSON.parse(await readFile(config, 'utf8')) as object
  await writeFile(config, JSON.stringify({ ...known, model_type: 'gpt_neox' }))
  await show('models')
  await card.getByText(/gpt_neox/).waitFor()
  await expectFine(page, 'model-unreadable-en-US-light')
  await drop(page.locator('body'), [folder])
  await expect.poll(() => page.getByText(/gpt_neox/).count()).toBe(2)
})

it.each([
  ['zh-CN', 'light', 'English', 'Settings'],
  ['en-US', 'dark', '中文', '设置'],
] as const)('theme and language change at once and are remembered: from %s, %s', async (locale, colorScheme, other, title) => {
  const { page, home, chooseNext, complaints, show, width } = await start(locale, colorScheme)
  await show('settings')
  await page.locator('pre').waitFor()
  await expectFine(page, 'settings-log', locale, colorScheme)

  const logs = join(home, 'logs')
  const [log = ''] = await readdir(logs)
  await appendFile(join(logs, log), `error ${home}/Projects: token=abc\n`)
  const copy = join(home, 'copy.txt')
  await chooseNext(copy)
  await page.getByRole('button', { name: /Save a copy|保存不含个人信息的副本/ }).click()
  await page.getByText(copy).waitFor()
  expect(await readFile(copy, 'utf8')).toMatch(/ start .*\n(.*\n)*error ~\/Projects: token=<token>\n$/)

  const theme = (): Promise<string | undefined> => page.evaluate(() => document.documentElement.dataset['theme'])
  await page.getByRole('radio', { name: /深色|Dark/ }).check()
  await expect.poll(theme).toBe('dark')
  await page.getByRole('radio', { name: other }).check()
  await page.getByRole('heading', { level: 1, name: title }).waitFor()
  await page.reload()
  await page.getByRole('heading', { level: 1, name: title }).waitFor()
  expect(await theme()).toBe('dark')
  await page.setViewportSize(NARROW)
  expect(await width()).toBe(NARROW.width)
  expect(complaints).toEqual([])
})
