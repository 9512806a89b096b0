import type { Page } from 'playwright-core'

/** From one click on the start page until the verdict is there. */
export async function trainSample(page: Page): Promise<void> {
  await page.getByRole('button', { name: /Try it with the sample|用样例试一试/ }).click()
  await page
    .getByText(/^(It has learned|学会了)/)
    .first()
    .waitFor({ timeout: 180_000 })
}
