import type { Page } from 'playwright-core'
import { mainThreadWork } from './mainThreadWork.ts'

export interface ExamplesFigures {
  /** The longest task of the page's main thread while a person does this, in milliseconds of work. */
  longestTask: Record<'scrolling' | 'jumping' | 'arrows' | 'typing' | 'filtering' | 'selecting all' | 'adding a row', number>
  /** Of the page, after a garbage collection, in bytes. */
  heap: number
}

/** What is needed here of an element of the page: outside of it there are no types of the browser's. */
interface Scrollable {
  scrollHeight: number
  scrollTo(to: { top: number }): void
}

/** What the table of examples asks of the page's main thread. The page shows a project with very many rows, in English. */
export async function measureExamples(page: Page): Promise<ExamplesFigures> {
  const grid = page.getByRole('grid')
  const longest = async (work: () => Promise<unknown>): Promise<number> => (await mainThreadWork(page, work))[0] ?? 0
  /** The better of two times: what another program takes from the computer, it does not take twice. */
  const steadily = async (work: (round: number) => Promise<unknown>): Promise<number> =>
    Math.min(await longest(() => work(0)), await longest(() => work(1)))
  const again = async (times: number, pause: number, work: (time: number) => Promise<unknown>): Promise<void> => {
    for (let time = 0; time < times; time++) {
      await work(time)
      await page.waitForTimeout(pause)
    }
  }
  const scrollTo = (share: number): Promise<void> =>
    grid.evaluate((element: Scrollable, to) => element.scrollTo({ top: to * element.scrollHeight }), share)

  await grid.getByRole('gridcell').first().click()
  await grid.hover()
  const scrolling = await steadily(() => again(60, 16, () => page.mouse.wheel(0, 400)))
  const jumping = await steadily((round) => again(20, 60, (time) => scrollTo((((time * 7) % 20) + round / 2) / 20.5)))
  await scrollTo(0.5)
  await page.waitForTimeout(300)
  await grid.getByRole('row').nth(10).getByRole('gridcell').first().click()
  const arrows = await steadily(() => again(60, 16, () => page.keyboard.press('ArrowDown')))
  const typing = await longest(async () => {
    await again(40, 40, () => page.keyboard.type('a'))
    await page.waitForTimeout(800)
  })
  await page.keyboard.press('Escape')
  await page.keyboard.press('Control+f')
  const filtering = await longest(async () => {
    await again(5, 150, (time) => page.keyboard.type('12345'.charAt(time)))
    await page.getByText(/^\d+ of [\d,]+ rows$/).waitFor()
    await page.waitForTimeout(300)
  })
  await page.keyboard.press('Escape')
  await page.waitForTimeout(500)
  await grid.getByRole('gridcell').first().click()
  const selecting = await longest(async () => {
    await page.keyboard.press('Control+a')
    await page.getByText(/^[\d,]{5,} selected$/).waitFor()
    await page.waitForTimeout(300)
  })
  await page.keyboard.press('Escape')
  const adding = await longest(async () => {
    await page.keyboard.press('Control+Enter')
    await page.getByRole('textbox', { name: 'Question, row 2', exact: true }).waitFor()
    await page.waitForTimeout(300)
  })
  const devtools = await page.context().newCDPSession(page)
  await devtools.send('HeapProfiler.collectGarbage')
  const { usedSize } = await devtools.send('Runtime.getHeapUsage')
  await devtools.detach()
  return {
    longestTask: { scrolling, jumping, arrows, typing, filtering, 'selecting all': selecting, 'adding a row': adding },
    heap: usedSize,
  }
}
