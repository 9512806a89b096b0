import { expect, test } from 'vitest'
import { TuneDeskError } from '../../../../src-main/contract/error.ts'
import { runProbes } from '../../../../src-main/engine/8-infer/probes.ts'
import { markDifference, reportMarkdown } from '../../../../src-main/engine/8-infer/report.ts'

test('marks what differs between a common beginning and a common end', () => {
  expect(markDifference('the red cat', 'the blue cat')).toEqual(['the <ins>red</ins> cat', 'the <del>blue</del> cat'])
  expect(markDifference('same', 'same')).toEqual(['same', 'same'])
  expect(markDifference('aa', 'a')).toEqual(['a<ins>a</ins>', 'a'])
})

test.each(['en', 'zh'] as const)('no text of a row breaks a table (%s)', async (language) => {
  const nasty = 'a|b\n<script>`*_\\'
  const report = await runProbes([{ row: 0, group: 'trained', instruct: nasty, input: nasty, label: nasty }], {
    answer: () => Promise.resolve(nasty),
  })
  const markdown = reportMarkdown(report, language)
  expect(markdown).not.toContain('<script>')
  const rows = markdown.split('\n').filter((line) => line.startsWith('| 1 '))
  expect(rows).toHaveLength(2)
  for (const row of rows) expect(row.match(/(?<!\\)\|/g)).toHaveLength(7)
})

test.each([
  ['en', 'There is nothing to answer.'],
  ['zh', '没有要回答的内容。'],
] as const)('a row that could not be asked says why (%s)', async (language, reason) => {
  const report = await runProbes([{ row: 0, group: 'trained', instruct: '', input: '', label: 'label' }], {
    answer: () => Promise.reject(new TuneDeskError('infer/empty-prompt')),
  })
  expect(reportMarkdown(report, language)).toContain(`_${reason}_`)
})
