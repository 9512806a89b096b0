import { explain, type Language } from '../../../contract/error.ts'
import type { ProbeResult } from '../../../contract/testReport.ts'
import { answersBefore, type ReportedTest } from './reportedTest.ts'

type Column = [name: string, valueOf: (result: ProbeResult) => string | number | boolean | null]

/**
 * Every answer as a line of a table (RFC 4180), under the names of test.json. It begins with a byte order mark, by which spreadsheets know
 * UTF-8; a text that a spreadsheet would compute is made a text by an apostrophe before it.
 */
export function reportCsv(test: ReportedTest, language: Language): string {
  const before = answersBefore(test)
  const columns: Column[] = [
    ['group', ({ group }) => group],
    ['row', ({ row }) => row + 1],
    ['probe', ({ probe }) => probe],
    ['instruct', ({ instruct }) => instruct],
    ['input', ({ input }) => input],
    ...(test.untrained ? [['untrained_answer', (result) => before(result)?.answer ?? null] satisfies Column] : []),
    ['answer', ({ answer }) => answer],
    ['label', ({ label }) => label],
    ['exact_match', ({ exact_match }) => exact_match],
    ['chrf', ({ chrf }) => Number(chrf.toFixed(2))],
    ['leak_score', ({ leak_score }) => (leak_score === null ? null : Number(leak_score.toFixed(4)))],
    ['error', ({ error }) => (error ? explain(error.code, error.parameters, language).what : null)],
  ]
  const lines = [
    columns.map(([name]) => name),
    ...test.tuned.results.map((result) => columns.map(([, valueOf]) => csvCell(valueOf(result)))),
  ]
  return '\ufeff' + lines.map((cells) => `${cells.join(',')}\r\n`).join('')
}

/** OWASP's list of what begins a formula. */
const FORMULA = /^[=+\-@\t\r]/

function csvCell(value: string | number | boolean | null): string {
  if (value === null) return ''
  if (typeof value !== 'string') return String(value)
  const text = FORMULA.test(value) ? `'${value}` : value
  return /[",\r\n]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text
}
