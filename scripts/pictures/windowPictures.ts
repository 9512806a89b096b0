import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { trainSample } from '../window/trainSample.ts'
import { withBrowser } from '../window/withBrowser.ts'
import { withServe } from '../window/withServe.ts'

const SIZE = { width: 1280, height: 800 }

const SHORTCUTS = { examples: 'Control+1', learns: 'Control+2', train: 'Control+3' }

interface Look {
  language: 'en' | 'zh'
  colorScheme: 'light' | 'dark'
  /** The steps that are pictured. */
  steps: readonly ('learns' | 'train' | 'examples' | 'test')[]
}

/** Two steps in each language, and each theme once. */
const LOOKS: readonly Look[] = [
  { language: 'en', colorScheme: 'light', steps: ['learns', 'train'] },
  { language: 'zh', colorScheme: 'dark', steps: ['examples', 'test'] },
]

/** Pictures of the window with the sample trained and tested: `window-<step>-<language>.png`. */
export async function windowPictures(folder: string): Promise<void> {
  for (const look of LOOKS) {
    const home = await mkdtemp(join(tmpdir(), 'tunedesk-'))
    try {
      await withServe(home, ({ address }) =>
        withBrowser(async (browser) => {
          const locale = { en: 'en-US', zh: 'zh-CN' }[look.language]
          const context = await browser.newContext({ locale, colorScheme: look.colorScheme, viewport: SIZE })
          const page = await context.newPage()
          await page.goto(address)
          await trainSample(page)
          // The verdict is what it shows now; a person who comes back finds the chat.
          for (const step of ['test', 'examples', 'learns', 'train'] as const) {
            if (!look.steps.includes(step)) continue
            if (step !== 'test') await page.keyboard.press(SHORTCUTS[step])
            await page.waitForURL((url) => url.hash === `#${step}`)
            // What it shows comes by calls.
            await page.waitForTimeout(2000)
            await page.screenshot({ path: join(folder, `window-${step}-${look.language}.png`) })
          }
        }),
      )
    } finally {
      await rm(home, { recursive: true, force: true })
    }
  }
}
