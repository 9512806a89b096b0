import { difference, type DifferencePiece } from '../../../contract/difference.ts'
import { explain, type Language } from '../../../contract/error.ts'
import { shownText } from '../../../contract/shownText.ts'
import type { ProbeResult } from '../../../contract/testReport.ts'
import { verdictSentence } from '../../../contract/verdict.ts'
import { answersBefore, type ReportedTest } from './reportedTest.ts'
import { percent, REPORT_WORDS, type ReportWords } from './reportWords.ts'

/** The report as Markdown (GitHub's, with `<ins>` and `<del>` for differences). */
export function reportMarkdown(test: ReportedTest, language: Language): string {
  const words = REPORT_WORDS[language]
  const { tuned, untrained, title } = test
  const sections = (['trained', 'held-out'] as const).flatMap((group) => {
    const summary = tuned.groups[group]
    if (!summary) return []
    const own = tuned.results.filter((result) => result.group === group)
    const before = untrained?.groups[group]
    const summaries = [words.summary(summary), ...(before ? [words.before(before)] : [])]
    return [`## ${words.groups[group]}`, summaries.join(' '), ...probeTables(own, test, words, language)]
  })
  const { sample, row_counts } = tuned
  const parts = [
    `# ${title === undefined ? words.title : words.titled(cell(title))}`,
    `**${verdictSentence(tuned.verdict, language)}**`,
    ...(sample && row_counts ? [words.sample(sample, row_counts.trained + row_counts['held-out'])] : []),
    ...sections,
    '---',
    words.marks,
    ...words.measures,
  ]
  return parts.join('\n\n') + '\n'
}

type Column = [title: string, cellOf: (result: ProbeResult) => string]

function probeTables(results: readonly ProbeResult[], test: ReportedTest, words: ReportWords, language: Language): string[] {
  const before = answersBefore(test)
  const number: Column = [words.row, ({ row }) => String(row + 1)]
  const likeness: Column = [words.likeness, ({ chrf }) => chrf.toFixed(0)]
  const untrained: Column[] = test.untrained ? [[words.untrained, (result) => plainAnswer(before(result), words)]] : []
  const answerColumns: Column[] = [
    number,
    [words.asked, ({ instruct, input }) => cell(instruct + input)],
    ...untrained,
    [words.answer, (result) => notAsked(result, language) ?? marked(result, 'answer', 'ins')],
    [words.label, (result) => marked(result, 'label', 'del')],
    [words.exact, ({ exact_match }) => (exact_match ? words.yes : words.no)],
    likeness,
  ]
  const leakColumns: Column[] = [
    number,
    [words.asked, ({ instruct }) => cell(instruct)],
    ...untrained,
    [words.answer, (result) => notAsked(result, language) ?? plainAnswer(result, words)],
    [words.closestLabel, ({ label }) => cell(label.trimEnd())],
    likeness,
    [words.leak, ({ leak_score }) => (leak_score === null ? '–' : percent(leak_score, language))],
  ]
  const part = (probe: ProbeResult['probe'], title: string, columns: readonly Column[]): string[] => {
    const own = results.filter((result) => result.probe === probe)
    return own.length === 0 ? [] : [`### ${title}`, table(columns, own)]
  }
  return [...part('answer', words.answerProbe, answerColumns), ...part('leak', words.leakProbe, leakColumns)]
}

/** Why a row has no answer, in italics. */
const notAsked = ({ error }: ProbeResult, language: Language): string | null =>
  error ? `_${cell(explain(error.code, error.parameters, language).what)}_` : null

function plainAnswer(result: ProbeResult | undefined, { nothing }: ReportWords): string {
  if (!result || result.error) return '–'
  const text = result.answer.trimEnd()
  return text === '' ? `_${nothing}_` : cell(text)
}

const table = (columns: readonly Column[], results: readonly ProbeResult[]): string =>
  [
    columns.map(([title]) => title),
    columns.map(() => '---'),
    ...results.map((result) => columns.map(([, cellOf]) => cellOf(result))),
  ]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n')

/** Text within a table's cell: nothing in it is markup, nothing in it is hidden, and it stays on one line. */
function cell(text: string): string {
  return shownText(text)
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/[\\`*_[\]~|#$]/g, '\\$&')
    .replace(/\n/g, '<br>')
}

/** The answer or the label, with what the other has not in a tag. */
function marked({ answer, label }: ProbeResult, side: Exclude<DifferencePiece['kind'], 'same'>, tag: 'ins' | 'del'): string {
  return difference(answer.trimEnd(), label.trimEnd())
    .filter(({ kind }) => kind === 'same' || kind === side)
    .map(({ kind, text }) => (kind === 'same' ? cell(text) : `<${tag}>${cell(text)}</${tag}>`))
    .join('')
}
