import axe from 'axe-core'
import type { Page } from 'playwright-core'

/** The rules that another theme can break. */
const OF_COLOURS = ['color-contrast', 'link-in-text-block']

/**
 * What axe finds wrong with the page as it is now: each rule with the markup that breaks it.
 *
 * @param about `colours`: only these, where nothing else can have changed since
 */
export async function violationsOf(page: Page, about: 'everything' | 'colours' = 'everything'): Promise<string[][]> {
  await page.evaluate(axe.source)
  return page.evaluate(
    async (only) => {
      // Colours on their way to others are nobody's to judge; what spins for ever stays out of it.
      const passing = document.getAnimations().filter(({ effect }) => effect?.getComputedTiming().iterations !== Infinity)
      await Promise.allSettled(passing.map(({ finished }) => finished))
      const { axe: here } = window as unknown as { axe: typeof axe }
      const { violations } = await here.run(only.length > 0 ? { runOnly: { type: 'rule', values: only } } : {})
      return violations.map(({ id, nodes }) => [id, ...nodes.map(({ html }) => html)])
    },
    about === 'colours' ? OF_COLOURS : [],
  )
}
