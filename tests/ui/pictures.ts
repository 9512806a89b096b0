import { mkdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { violationsOf } from './violationsOf.ts'

/** What was looked at, to be looked at by people. */
const PICTURES = resolve('.cache/screens')

export async function keepPicture(page: Page, name: string): Promise<void> {
  await mkdir(PICTURES, { recursive: true })
  await page.screenshot({ path: join(PICTURES, `${name}.png`) })
}

/** Axe finds nothing wrong with the page as it is now, of which a picture is kept. @param words of the picture's name: what is seen, and how */
export async function expectFine(page: Page, ...words: string[]): Promise<void> {
  await keepPicture(page, words.join('-'))
  expect(await violationsOf(page)).toEqual([])
}
