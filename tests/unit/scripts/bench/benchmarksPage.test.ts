import { expect, test } from 'vitest'
import { withSection } from '../../../../scripts/bench/benchmarksPage.ts'

const ORDER = ['train', 'infer', 'ui']

test('a benchmark writes its own section and leaves the others as they are', () => {
  const page = withSection(withSection('', ORDER, 'ui', '## Window\n\n| a |'), ORDER, 'train', '## Steps')
  const again = withSection(page, ORDER, 'ui', '## Window\n\n| b |')
  expect(again).toBe(page.replace('| a |', '| b |'))
  expect(again).toContain('## Steps')
})

test('sections stand in the order of the benchmarks, whichever was written first', () => {
  const page = ['ui', 'train', 'infer'].reduce((text, name) => withSection(text, ORDER, name, `## Of ${name}`), '')
  expect(page.match(/^## Of (.+)$/gm)).toEqual(['## Of train', '## Of infer', '## Of ui'])
})

test('the section of a benchmark that is no more goes', () => {
  const page = withSection('', [...ORDER, 'old'], 'old', '## Old')
  expect(withSection(page, ORDER, 'ui', '## Window')).not.toContain('Old')
})
