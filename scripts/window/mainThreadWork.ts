import type { Page } from 'playwright-core'

/** An event of Chromium's trace. Times are in microseconds; `tdur` is how long the thread worked, without what others took from it. */
interface TraceEvent {
  name: string
  pid: number
  tid: number
  ts: number
  dur?: number
  tdur?: number
  args?: { data?: { message?: string } }
}

/**
 * How long the page's main thread worked on each of its tasks meanwhile, in milliseconds, the longest first; from the browser's own trace.
 * A frame is drawn between tasks, so none of them may be longer than a frame may take.
 */
export async function mainThreadWork(page: Page, work: () => Promise<unknown>): Promise<number[]> {
  const devtools = await page.context().newCDPSession(page)
  const events: TraceEvent[] = []
  devtools.on('Tracing.dataCollected', ({ value }) => events.push(...(value as unknown as TraceEvent[])))
  await devtools.send('Tracing.start', {
    transferMode: 'ReportEvents',
    traceConfig: { includedCategories: ['toplevel', 'devtools.timeline'] },
  })
  // To begin with a trace is work of its own.
  await page.waitForTimeout(500)
  const beginning = `work begins ${Math.random()}`
  await page.evaluate((mark) => console.timeStamp(mark), beginning)
  await work()
  const complete = new Promise((resolve) => devtools.once('Tracing.tracingComplete', resolve))
  await devtools.send('Tracing.end')
  await complete
  await devtools.detach()

  const mark = events.find(({ args }) => args?.data?.message === beginning)
  if (!mark) throw new Error('the trace does not have its mark')
  return events
    .filter(({ name, pid, tid, ts }) => name.endsWith('RunTask') && pid === mark.pid && tid === mark.tid && ts > mark.ts)
    .map(({ tdur, dur = 0 }) => (tdur ?? dur) / 1_000)
    .sort((a, b) => b - a)
}
