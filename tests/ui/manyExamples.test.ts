import { expect, it } from 'vitest'
import { manyRows } from '../../scripts/window/manyRows.ts'
import { measureExamples } from '../../scripts/window/measureExamples.ts'
import { appWithRows } from './appWithRows.ts'

const ROWS = 100_000
/** What fits on a screen, and a little more on both sides. */
const DRAWN_ROWS = 100
const LARGEST_HEAP = 300_000_000

it(`the table draws no more than is seen of ${ROWS.toLocaleString('en')} rows, and stays small`, async () => {
  const { app, page } = await appWithRows(manyRows(ROWS))
  try {
    await page.getByText('Question 0:').first().waitFor()
    await page.getByText('Nothing odd in these rows.').waitFor({ timeout: 60_000 })
    // How long everything takes is what `npm run bench ui` measures.
    const { heap } = await measureExamples(page)
    expect(await page.getByRole('grid').getByRole('row').count()).toBeLessThan(DRAWN_ROWS)
    expect(heap).toBeLessThan(LARGEST_HEAP)
  } finally {
    await app.stop()
  }
}, 180_000)
