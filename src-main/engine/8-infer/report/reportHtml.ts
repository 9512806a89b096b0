import { difference, type DifferencePiece } from '../../../contract/difference.ts'
import { explain, type Language } from '../../../contract/error.ts'
import { shownText } from '../../../contract/shownText.ts'
import type { ProbeResult } from '../../../contract/testReport.ts'
import { verdictSentence } from '../../../contract/verdict.ts'
import { answersBefore, type ReportedTest } from './reportedTest.ts'
import { percent, REPORT_WORDS, type ReportWords } from './reportWords.ts'

/**
 * The report as one page that needs nothing else: no script, no picture, nothing from elsewhere, and a policy that says so. Light or dark as
 * the reader's system; on paper light, with the head of a table on each page.
 */
export function reportHtml(test: ReportedTest, language: Language): string {
  const words = REPORT_WORDS[language]
  const { tuned, untrained, title } = test
  const heading = title === undefined ? words.title : words.titled(title)
  const { sample, row_counts } = tuned
  const sections = (['trained', 'held-out'] as const).flatMap((group) => {
    const summary = tuned.groups[group]
    if (!summary) return []
    const own = tuned.results.filter((result) => result.group === group)
    const before = untrained?.groups[group]
    return [
      `<h2>${escaped(words.groups[group])}</h2>`,
      `<p>${escaped(words.summary(summary))}${before ? `<br>${escaped(words.before(before))}` : ''}</p>`,
      ...probeTables(own, test, words, language),
    ]
  })
  const body = [
    `<h1>${escaped(heading)}</h1>`,
    `<p class="verdict ${tuned.verdict.kind}">${escaped(verdictSentence(tuned.verdict, language))}</p>`,
    ...(sample && row_counts ? [`<p>${escaped(words.sample(sample, row_counts.trained + row_counts['held-out']))}</p>`] : []),
    ...sections,
    '<footer>',
    ...[words.marks, ...words.measures].map((text) => `<p>${escaped(text)}</p>`),
    '</footer>',
  ]
  return [
    '<!doctype html>',
    `<html lang="${language === 'zh' ? 'zh-CN' : 'en'}">`,
    '<head>',
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<title>${escaped(heading)}</title>`,
    `<style>${STYLE}</style>`,
    '</head>',
    '<body>',
    ...body,
    '</body>',
    '</html>',
    '',
  ].join('\n')
}

interface Column {
  title: string
  kind: 'text' | 'number'
  cellOf: (result: ProbeResult) => string
}

function probeTables(results: readonly ProbeResult[], test: ReportedTest, words: ReportWords, language: Language): string[] {
  const before = answersBefore(test)
  const number: Column = { title: words.row, kind: 'number', cellOf: ({ row }) => String(row + 1) }
  const likeness: Column = { title: words.likeness, kind: 'number', cellOf: ({ chrf }) => chrf.toFixed(0) }
  const untrained: Column[] = test.untrained
    ? [{ title: words.untrained, kind: 'text', cellOf: (result) => plainAnswer(before(result), words) }]
    : []
  const answerColumns: Column[] = [
    number,
    { title: words.asked, kind: 'text', cellOf: ({ instruct, input }) => escaped(instruct + input) },
    ...untrained,
    { title: words.answer, kind: 'text', cellOf: (result) => notAsked(result, language) ?? marked(result, 'answer', 'ins') },
    { title: words.label, kind: 'text', cellOf: (result) => marked(result, 'label', 'del') },
    { title: words.exact, kind: 'number', cellOf: ({ exact_match }) => escaped(exact_match ? words.yes : words.no) },
    likeness,
  ]
  const leakColumns: Column[] = [
    number,
    { title: words.asked, kind: 'text', cellOf: ({ instruct }) => escaped(instruct) },
    ...untrained,
    { title: words.answer, kind: 'text', cellOf: (result) => notAsked(result, language) ?? plainAnswer(result, words) },
    { title: words.closestLabel, kind: 'text', cellOf: ({ label }) => escaped(label.trimEnd()) },
    likeness,
    {
      title: words.leak,
      kind: 'number',
      cellOf: ({ leak_score }) => (leak_score === null ? '–' : escaped(percent(leak_score, language))),
    },
  ]
  const part = (probe: ProbeResult['probe'], title: string, columns: readonly Column[]): string[] => {
    const own = results.filter((result) => result.probe === probe)
    return own.length === 0 ? [] : [`<h3>${escaped(title)}</h3>`, table(columns, own)]
  }
  return [...part('answer', words.answerProbe, answerColumns), ...part('leak', words.leakProbe, leakColumns)]
}

function table(columns: readonly Column[], results: readonly ProbeResult[]): string {
  const heads = columns.map(({ title, kind }) => `<th scope="col" class="${kind}">${escaped(title)}</th>`).join('')
  const rows = results.map(
    (result) => `<tr>${columns.map(({ kind, cellOf }) => `<td class="${kind}" dir="auto">${cellOf(result)}</td>`).join('')}</tr>`,
  )
  return ['<div class="wide"><table>', `<thead><tr>${heads}</tr></thead>`, '<tbody>', ...rows, '</tbody></table></div>'].join(
    '\n',
  )
}

const notAsked = ({ error }: ProbeResult, language: Language): string | null =>
  error ? `<em>${escaped(explain(error.code, error.parameters, language).what)}</em>` : null

function plainAnswer(result: ProbeResult | undefined, { nothing }: ReportWords): string {
  if (!result || result.error) return '–'
  const text = result.answer.trimEnd()
  return text === '' ? `<em>${escaped(nothing)}</em>` : escaped(text)
}

/** Text as text: nothing in it is markup, nothing in it is hidden. The page keeps its line ends. */
const escaped = (text: string): string =>
  shownText(text)
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/"/g, '&quot;')
    .replace(/'/g, '&#39;')

/** The answer or the label, with what the other has not in a tag. */
function marked({ answer, label }: ProbeResult, side: Exclude<DifferencePiece['kind'], 'same'>, tag: 'ins' | 'del'): string {
  return difference(answer.trimEnd(), label.trimEnd())
    .filter(({ kind }) => kind === 'same' || kind === side)
    .map(({ kind, text }) => (kind === 'same' ? escaped(text) : `<${tag}>${escaped(text)}</${tag}>`))
    .join('')
}

const STYLE = `
:root { color-scheme: light dark; --page: #fff; --ink: #23211d; --quiet: #5f5b53; --line: #dfdcd6; --more: #d9f0ea; --less: #f6e3de; --accent: #0b6a5b; --attention: #96341c }
@media (prefers-color-scheme: dark) { :root { --page: #1b1c1e; --ink: #ecebe8; --quiet: #a5a39d; --line: #3a3d42; --more: #1d423b; --less: #47302b; --accent: #63c7b4; --attention: #f0a08b } }
body { margin: 32px auto; max-width: 1200px; padding: 0 24px; background: var(--page); color: var(--ink); font: 15px/1.6 system-ui, 'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', sans-serif }
h1 { font-size: 24px } h2 { margin-top: 40px; font-size: 20px } h3 { font-size: 16px }
.verdict { font-size: 20px; color: var(--accent) } .recites, .not-learned { color: var(--attention) }
.wide { overflow-x: auto } table { border-collapse: collapse; width: 100% }
th, td { border: 1px solid var(--line); padding: 6px 10px; text-align: start; vertical-align: top }
th { color: var(--quiet); font-weight: 600 } td.text { white-space: pre-wrap; overflow-wrap: anywhere; min-width: 8em } .number { font-variant-numeric: tabular-nums; white-space: nowrap }
ins { background: var(--more); text-decoration: underline } del { background: var(--less) } em, footer { color: var(--quiet); font-style: normal } footer { margin-top: 40px }
@media print { :root { color-scheme: light; --page: #fff; --ink: #000; --quiet: #444; --line: #999; --more: #d9f0ea; --less: #f6e3de; --accent: #0b6a5b; --attention: #96341c } body { margin: 0; max-width: none; font-size: 11px } thead { display: table-header-group } tr { break-inside: avoid } .wide { overflow: visible } }
`
