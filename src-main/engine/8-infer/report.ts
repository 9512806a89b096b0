import { explain, type Language } from '../../contract/error.ts'
import { verdictSentence } from '../../contract/verdict.ts'
import type { GroupSummary, ProbeGroup, ProbeResult, TestReport } from './probes.ts'

interface Words {
  title: string
  groups: Record<ProbeGroup, string>
  summary: (summary: GroupSummary) => string
  answerProbe: string
  answerColumns: string[]
  leakProbe: string
  leakColumns: string[]
  marks: string
  measures: string[]
  yes: string
  no: string
}

const share = (value: number, language: Language): string =>
  new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: 0 }).format(value)

const WORDS: Record<Language, Words> = {
  en: {
    title: 'Test',
    groups: { trained: 'Rows it was trained on', 'held-out': 'Held-out rows' },
    summary: ({ rows, exact_matches, mean_chrf, leak_rows, mean_leak_score }) =>
      `${exact_matches} of ${rows} answered word for word; likeness ${mean_chrf.toFixed(0)} of 100` +
      (leak_rows > 0 ? `; leak ${share(mean_leak_score, 'en')} on average.` : '.'),
    answerProbe: 'Instruction and input: it should give the label',
    answerColumns: ['Row', 'Asked', 'Answer', 'Label', 'Word for word', 'Likeness'],
    leakProbe: 'The instruction alone: it should not give the input',
    leakColumns: ['Row', 'Asked', 'Answer', 'Closest label', 'Likeness', 'Leak'],
    marks: 'Where answer and label part, the answer is underlined and the label struck through.',
    measures: [
      'Likeness is chrF: how many runs of one to six characters answer and label share, 0 to 100.',
      'Leak is the share of the input that the answer repeats and no label has: 0 % where the mask worked.',
    ],
    yes: 'yes',
    no: 'no',
  },
  zh: {
    title: '测试',
    groups: { trained: '训练过的行', 'held-out': '留出的行' },
    summary: ({ rows, exact_matches, mean_chrf, leak_rows, mean_leak_score }) =>
      `${rows} 行中有 ${exact_matches} 行逐字答对；相似度 ${mean_chrf.toFixed(0)}（满分 100）` +
      (leak_rows > 0 ? `；平均泄漏 ${share(mean_leak_score, 'zh')}。` : '。'),
    answerProbe: '给出指令和输入：应当答出标签',
    answerColumns: ['行', '问', '回答', '标签', '逐字相同', '相似度'],
    leakProbe: '只给指令：不应背出输入',
    leakColumns: ['行', '问', '回答', '最接近的标签', '相似度', '泄漏'],
    marks: '回答与标签不同之处：回答加下划线，标签加删除线。',
    measures: [
      '相似度即 chrF：回答与标签共有多少一至六个字符的片段，0 到 100。',
      '泄漏：输入中没有任何标签含有、却被回答背出的部分所占的比例；掩码起作用时为 0 %。',
    ],
    yes: '是',
    no: '否',
  },
}

/** The report as Markdown (GitHub's, with `<ins>` and `<del>` for differences). */
export function reportMarkdown(report: TestReport, language: Language): string {
  const words = WORDS[language]
  const sections = (['trained', 'held-out'] as const).flatMap((group) => {
    const summary = report.groups[group]
    if (!summary) return []
    const own = report.results.filter((result) => result.group === group)
    return [`## ${words.groups[group]}`, words.summary(summary), ...probeTables(own, words, language)]
  })
  const parts = [
    `# ${words.title}`,
    `**${verdictSentence(report.verdict, language)}**`,
    ...sections,
    '---',
    words.marks,
    ...words.measures,
  ]
  return parts.join('\n\n') + '\n'
}

function probeTables(results: readonly ProbeResult[], words: Words, language: Language): string[] {
  const answers = results.filter(({ probe }) => probe === 'answer')
  const leaks = results.filter(({ probe }) => probe === 'leak')
  const answerRows = answers.map((result) => {
    const [answer, label] = markDifference(result.answer.trimEnd(), result.label.trimEnd())
    return [
      result.row + 1,
      cell(result.instruct + result.input),
      notAsked(result, language) ?? answer,
      label,
      result.exact_match ? words.yes : words.no,
      result.chrf.toFixed(0),
    ]
  })
  const leakRows = leaks.map((result) => [
    result.row + 1,
    cell(result.instruct),
    notAsked(result, language) ?? cell(result.answer.trimEnd()),
    cell(result.label.trimEnd()),
    result.chrf.toFixed(0),
    result.leak_score === null ? '–' : share(result.leak_score, language),
  ])
  return [
    ...(answerRows.length > 0 ? [`### ${words.answerProbe}`, table(words.answerColumns, answerRows)] : []),
    ...(leakRows.length > 0 ? [`### ${words.leakProbe}`, table(words.leakColumns, leakRows)] : []),
  ]
}

/** Why a row has no answer, in italics. */
const notAsked = ({ error }: ProbeResult, language: Language): string | null =>
  error ? `_${cell(explain(error.code, error.parameters, language).what)}_` : null

const table = (columns: readonly string[], rows: readonly (string | number)[][]): string =>
  [columns, columns.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')

/** Text within a table's cell: nothing in it is markup, and it stays on one line. */
function cell(text: string): string {
  return text
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/[\\`*_[\]~|#$]/g, '\\$&')
    .replace(/\r\n|\r|\n/g, '<br>')
}

/** Both texts as cells, what lies between their common beginning and common end marked. */
export function markDifference(answer: string, label: string): [string, string] {
  const [a, b] = [Array.from(answer), Array.from(label)]
  let start = 0
  while (start < a.length && start < b.length && a[start] === b[start]) start++
  let end = 0
  while (end < a.length - start && end < b.length - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end++
  const marked = (characters: string[], tag: string): string => {
    const middle = characters.slice(start, characters.length - end).join('')
    const around = [characters.slice(0, start), characters.slice(characters.length - end)].map((part) => cell(part.join('')))
    return middle === '' ? around.join('') : `${around[0]}<${tag}>${cell(middle)}</${tag}>${around[1]}`
  }
  return [marked(a, 'ins'), marked(b, 'del')]
}
