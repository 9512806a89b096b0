import { chromium, type Browser } from 'playwright-core'
import { inject } from 'vitest'

declare module 'vitest' {
  interface ProvidedContext {
    /** Where the tier's browser listens (tests/ui/globalSetup.ts). */
    browser: string
  }
}

let connected: Promise<Browser> | null = null

/** The one browser of the tier; each page lives in a context of its own. */
export const testBrowser = (): Promise<Browser> => (connected ??= chromium.connect(inject('browser')))
