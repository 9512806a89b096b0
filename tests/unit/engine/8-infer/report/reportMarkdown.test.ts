import { expect, test } from 'vitest'
import { TuneDeskError } from '../../../../../src-main/contract/error.ts'
import { runProbes } from '../../../../../src-main/engine/8-infer/probes.ts'
import { reportMarkdown } from '../../../../../src-main/engine/8-infer/report/reportMarkdown.ts'

const row = { row: 0, group: 'trained', instruct: 'Say it: ', input: 'in colour', label: 'the blue cat' } as const

test('marks where answer and label part, and shows what the model said before', async () => {
  const answering = (text: string) => runProbes([row], { answer: () => Promise.resolve(text) })
  const [tuned, untrained] = [await answering('the red cat'), await answering('a dog')]
  const markdown = reportMarkdown({ title: 'Cats', tuned, untrained }, 'en')
  expect(markdown).toContain('# Test: Cats')
  expect(markdown).toContain('| 1 | Say it: in colour | a dog | the <ins>red</ins> cat | the <del>blue</del> cat | no |')
  expect(markdown).toContain('Before training: 0 of 1 word for word')
})

test.each(['en', 'zh'] as const)('no text of a row breaks a table (%s)', async (language) => {
  const nasty = 'a|b\n<script>`*_\\'
  const tuned = await runProbes([{ row: 0, group: 'trained', instruct: nasty, input: nasty, label: nasty }], {
    answer: () => Promise.resolve(nasty),
  })
  const markdown = reportMarkdown({ tuned }, language)
  expect(markdown).not.toContain('<script>')
  const rows = markdown.split('\n').filter((line) => line.startsWith('| 1 '))
  expect(rows).toHaveLength(2)
  for (const row of rows) expect(row.match(/(?<!\\)\|/g)).toHaveLength(7)
})

test.each([
  ['en', 'There is nothing to answer.'],
  ['zh', '没有要回答的内容。'],
] as const)('a row that could not be asked says why (%s)', async (language, reason) => {
  const tuned = await runProbes([{ row: 0, group: 'trained', instruct: '', input: '', label: 'label' }], {
    answer: () => Promise.reject(new TuneDeskError('infer/empty-prompt')),
  })
  expect(reportMarkdown({ tuned }, language)).toContain(`_${reason}_`)
})
