import { parse } from 'csv-parse/sync'
import { expect, test } from 'vitest'
import { shownText } from '../../../src-main/contract/shownText.ts'
import { runProbes } from '../../../src-main/engine/8-infer/probes.ts'
import { reportCsv } from '../../../src-main/engine/8-infer/report/reportCsv.ts'
import { reportHtml } from '../../../src-main/engine/8-infer/report/reportHtml.ts'
import { reportMarkdown } from '../../../src-main/engine/8-infer/report/reportMarkdown.ts'

const MARKUP = `</td></table><script>alert(1)</script><img src=x onerror="alert(1)">&amp;'"`
const BIDI = 'paid \u202e001\u202c dollars\u2066'
const CONTROL = 'bell\u0007 escape\u001b[31m nul\u0000'

const testOf = async (text: string) => {
  const tuned = await runProbes([{ row: 0, group: 'held-out', instruct: text, input: text, label: `${text} label` }], {
    answer: () => Promise.resolve(text),
  })
  return { title: text, tuned, untrained: tuned }
}

test.each([
  ['markup', MARKUP],
  ['markup in Chinese', `诗<b>${MARKUP}</b>`],
])('in HTML %s is text', async (_, text) => {
  const html = reportHtml(await testOf(text), 'en')
  expect(html).not.toMatch(/<script|<img|<b>|onerror="/)
  // Taking off every tag that the report itself writes leaves no tag.
  const own =
    /<\/?(!doctype html|html|head|meta|title|style|body|h1|h2|h3|p|br|div|table|thead|tbody|tr|th|td|ins|del|em|footer)( [a-z-]+="[^"]*")*>/g
  expect(html.replace(own, '')).not.toMatch(/<[a-z/!]/i)
})

test('what a reader cannot see is made visible', async () => {
  for (const report of [reportHtml, reportMarkdown]) {
    const written = report(await testOf(BIDI + CONTROL), 'en')
    // eslint-disable-next-line no-control-regex -- they are what must not be there
    expect(written).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u202a-\u202e\u2066-\u2069]/)
    expect(written).toContain('‹U+202E›')
    expect(written).toContain('‹U+001B›')
  }
})

test('shown text keeps line ends, tabs and joined emoji', () => {
  expect(shownText('a\r\nb\tc 👩‍👩‍👧 🇨🇳')).toBe('a\nb\tc 👩‍👩‍👧 🇨🇳')
})

test.each(['=HYPERLINK("http://evil")', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1'])(
  'in CSV %j is no formula, and every other text comes back',
  async (formula) => {
    const csv = reportCsv(await testOf(formula), 'en')
    const [line] = parse<Record<string, string>>(csv, { columns: true, bom: true })
    expect(line).toMatchObject({ instruct: `'${formula}`, answer: `'${formula}`, untrained_answer: `'${formula}`, row: '1' })
    const plain = parse<Record<string, string>>(reportCsv(await testOf('a "b",\n诗'), 'en'), { columns: true, bom: true })
    expect(plain[0]).toMatchObject({ answer: 'a "b",\n诗', group: 'held-out', exact_match: 'false' })
    expect(plain).toHaveLength(2)
  },
)
