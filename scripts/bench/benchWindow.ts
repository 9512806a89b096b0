import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { manyRows } from '../window/manyRows.ts'
import { measureExamples, type ExamplesFigures } from '../window/measureExamples.ts'
import { trainSample } from '../window/trainSample.ts'
import { withBrowser } from '../window/withBrowser.ts'
import { withServe } from '../window/withServe.ts'
import type { Benchmark, BenchmarkResult } from './benchmark.ts'
import { formatTable } from './formatTable.ts'

/** As many as the product promises to stay smooth with; `measureExamples` needs five figures. */
const ROWS = { whole: 100_000, tiny: 20_000 }
/** What a project begins with. */
const FEW_ROWS = 20

interface WindowResult extends BenchmarkResult, ExamplesFigures {
  rows: number
  /** From the start of `tunedesk serve` until a project's first example can be seen, an empty page of the browser being there already. */
  secondsToUse: { fewRows: number; allRows: number }
  /** From the click on the sample until the sentence that says whether the model has learned it. */
  secondsToVerdict: number
  /** Resident memory of the page's process with all rows, in bytes; null where the system does not tell. */
  memory: number | null
}

/** Measures the built window in a browser, with everything behind it in its own processes. */
async function measure({ tiny }: { tiny: boolean }): Promise<WindowResult> {
  const rows = tiny ? ROWS.tiny : ROWS.whole
  const home = await mkdtemp(join(tmpdir(), 'tunedesk-'))
  try {
    const few = await projectOf(join(home, 'few'), FEW_ROWS)
    const many = await projectOf(join(home, 'many'), rows)
    return await withBrowser(async (browser) => {
      const secondsToVerdict = await withServe(join(home, 'first'), async ({ address }) => {
        const page = await newPage(browser)
        await page.goto(address)
        await page.getByRole('button', { name: /Try it with the sample/ }).waitFor()
        const seconds = await secondsOf(() => trainSample(page))
        await page.context().close()
        return seconds
      })

      const fewRows = await whenShown(browser, join(home, 'second'), few, ({ seconds }) => Promise.resolve(seconds))
      return whenShown(browser, join(home, 'third'), many, async ({ page, seconds }) => {
        await page.getByText('Nothing odd in these rows.').waitFor({ timeout: 120_000 })
        const figures = await measureExamples(page)
        const memory = await residentMemory(browser)
        const secondsToUse = { fewRows, allRows: seconds }
        return { versions: { Chromium: browser.version() }, rows, secondsToUse, secondsToVerdict, memory, ...figures }
      })
    })
  } finally {
    await rm(home, { recursive: true, force: true })
  }
}

/** Does something with a project that is shown, and knows how many seconds it took from the start of everything but the browser. */
async function whenShown<Result>(
  browser: Browser,
  home: string,
  project: string,
  work: (shown: { page: Page; seconds: number }) => Promise<Result>,
): Promise<Result> {
  const page = await newPage(browser, project)
  const started = performance.now()
  return withServe(home, async ({ address }) => {
    await page.goto(address)
    await page.getByText('Question 0:').first().waitFor({ timeout: 60_000 })
    const result = await work({ page, seconds: (performance.now() - started) / 1000 })
    await page.context().close()
    return result
  })
}

function table({ rows, secondsToUse, secondsToVerdict, memory, heap, longestTask }: WindowResult): string {
  const megabytes = (bytes: number): string => `${Math.round(bytes / 1e6)} MB`
  return formatTable(
    ['the window', 'measured', 'promised'],
    [
      [`start to the first of ${FEW_ROWS} examples`, `${secondsToUse.fewRows.toFixed(1)} s`, '2 s'],
      [`start to the first of ${rows} examples`, `${secondsToUse.allRows.toFixed(1)} s`, ''],
      ['click on the sample to the verdict', `${secondsToVerdict.toFixed(1)} s`, '60 s'],
      ['heap of the page', megabytes(heap), '300 MB'],
      ['resident memory of its process', memory === null ? 'not told here' : megabytes(memory), '300 MB'],
      ...Object.entries(longestTask).map(([doing, milliseconds]) => [
        `longest task: ${doing}`,
        `${milliseconds.toFixed(0)} ms`,
        '50 ms',
      ]),
    ],
  )
}

async function projectOf(folder: string, count: number): Promise<string> {
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, 'project.json'), JSON.stringify({ version: 1, name: 'Many' }))
  await writeFile(
    join(folder, 'rows.jsonl'),
    manyRows(count)
      .map((row) => `${JSON.stringify(row)}\n`)
      .join(''),
  )
  return folder
}

/** @param project is open at once, as when the page is loaded anew in it */
async function newPage(browser: Browser, project?: string): Promise<Page> {
  const context = await browser.newContext({ locale: 'en-US', viewport: { width: 1280, height: 800 } })
  const page = await context.newPage()
  if (project !== undefined) {
    // A text, since there are no types of the browser's here.
    const content = `sessionStorage.setItem('open-project', ${JSON.stringify(project)}); if (location.hash === '') location.hash = '#examples'`
    await page.addInitScript({ content })
  }
  return page
}

async function secondsOf(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now()
  await work()
  return (performance.now() - started) / 1000
}

/** Of the largest page's process, where /proc tells. */
async function residentMemory(browser: Browser): Promise<number | null> {
  const devtools = await browser.newBrowserCDPSession()
  const { processInfo } = await devtools.send('SystemInfo.getProcessInfo')
  await devtools.detach()
  const sizes = await Promise.all(
    processInfo
      .filter(({ type }) => type === 'renderer')
      .map(async ({ id }) => {
        const status = await readFile(`/proc/${id}/status`, 'utf8').catch(() => '')
        return Number(/^VmRSS:\s*(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024
      }),
  )
  const largest = Math.max(0, ...sizes)
  return largest === 0 ? null : largest
}

export const uiBenchmark: Benchmark<object, WindowResult> = {
  name: 'ui',
  description: 'the window, served to a browser: from start to use, from click to verdict, and with 100,000 examples',
  title: 'The window',
  about: `The built window in a browser without a screen, with all that stands behind it in processes of its own. A longest task is the longest time that the
page did not answer while that was done.`,
  options: [],
  measure,
  table,
}
