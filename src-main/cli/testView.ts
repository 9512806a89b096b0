import { verdictSentence } from '../contract/verdict.ts'
import type { ProbeResult } from '../contract/testReport.ts'
import type { TestOutcome } from '../jobs/tests.ts'
import { findingLines } from './checkView.ts'
import type { Context } from './context.ts'
import { shellWord } from './invocation.ts'
import { shownPath } from './shownPath.ts'
import { printableLine } from './terminal/printable.ts'
import { table } from './terminal/table.ts'
import { READING_WIDTH } from './terminal/terminal.ts'
import { displayWidth, padEnd, padStart } from './terminal/width.ts'
import { wrap } from './terminal/wrap.ts'

/** From this share of its input on, an answer to the instruction alone is marked. */
const LEAK_WORTH_A_MARK = 0.1
/** How many rows are shown: the first, and behind them those where something is wrong. The report has all. */
const FIRST_ROWS = 3
const WRONG_ROWS = 5

const isGood = ({ probe, exact_match, leak_score }: ProbeResult): boolean =>
  probe === 'answer' ? exact_match : (leak_score ?? 0) < LEAK_WORTH_A_MARK

/** One probe of one row: what was asked, what came, and what should have come where that is something else. */
export function probeLines(result: ProbeResult, context: Context): string[] {
  const { out, message } = context
  const { green, red, dim } = out.colours
  const { probe, instruct, input, answer, label, leak_score } = result
  const sign = isGood(result) ? green('✓') : red('✗')
  const items: [string, string][] = [
    [message(`test.asked-${probe}`), dim(printableLine(instruct + input))],
    [message('test.answered'), shownAnswer(answer, context)],
  ]
  if (probe === 'answer' && !result.exact_match) items.push([message('test.label'), printableLine(label)])
  if (probe === 'leak' && !isGood(result)) items.push([message('test.leaked'), `${Math.round(100 * (leak_score ?? 0))} %`])
  const nameWidth = Math.max(...NAMES.map((name) => displayWidth(message(name))))
  const width = Math.min(out.columns(), READING_WIDTH) - nameWidth - 8
  return items.flatMap(([name, text], i) =>
    wrap(text, width).map((line, j) => {
      const margin = i === 0 && j === 0 ? sign : ' '
      return `${margin} ${dim(padEnd(j === 0 ? name : '', nameWidth))}  ${line}`
    }),
  )
}

/** An answer on one line; a model that ends at once says nothing, which must not look like a fault of ours. */
export function shownAnswer(answer: string, { out, message }: Context): string {
  const text = printableLine(answer.trim())
  return text === '' ? out.colours.dim(message('test.no-answer')) : text
}

const NAMES = ['test.asked-answer', 'test.asked-leak', 'test.answered', 'test.label', 'test.leaked'] as const

/** The verdict in one sentence. */
export function verdictLines({ verdict }: TestOutcome, { out, language }: Context): string[] {
  const width = Math.min(out.columns(), READING_WIDTH) - 2
  return wrap(verdictSentence(verdict, language), width).map(out.colours.bold)
}

/** What came out of a test: some rows, the counts of each group, where all of it is written, and the verdict. */
export function testLines(outcome: TestOutcome, context: Context): string[] {
  const { out, message } = context
  const { bold, dim } = out.colours
  const { results, groups, findings, folder } = outcome
  const wrong = results.slice(2 * FIRST_ROWS).filter((result) => !isGood(result))
  const rowsOf = (list: readonly ProbeResult[]): string[] => [...new Set(list.map(({ group, row }) => `${group} ${row}`))]
  const shown = new Set([...rowsOf(results).slice(0, FIRST_ROWS), ...rowsOf(wrong).slice(0, WRONG_ROWS)])
  const numberWidth = Math.max(...results.map(({ row }) => String(row + 1).length))
  const path = shellWord(shownPath(folder))

  const rowLines = [...shown].flatMap((key) => {
    const probes = results.filter(({ group, row }) => `${group} ${row}` === key)
    const lines = probes.flatMap((result) => probeLines(result, context))
    const number = String((probes[0]?.row ?? 0) + 1)
    return [...lines.map((line, i) => `${i === 0 ? bold(padStart(number, numberWidth)) : ' '.repeat(numberWidth)}  ${line}`), '']
  })
  const hidden = rowsOf(results).length - shown.size
  const summaries = (['trained', 'held-out'] as const).flatMap((name) => {
    const group = groups[name]
    if (!group) return []
    const leak = group.leak_rows > 0 ? `${Math.round(100 * group.mean_leak_score)} %` : '–'
    const exact = message('test.of', { part: group.exact_matches, whole: group.rows })
    return [[message(`test.group-${name}`), exact, group.mean_chrf.toFixed(0), leak]]
  })
  const columns = [
    { title: '' },
    ...(['test.exact', 'test.likeness', 'test.leak'] as const).map((title) => ({
      title: message(title),
      align: 'right' as const,
    })),
  ]
  return [
    ...(findings ? findingLines(findings, context) : []),
    ...rowLines,
    ...(hidden > 0 ? [dim(message('test.more-rows', { rows: hidden })), ''] : []),
    ...table(columns, summaries, dim),
    '',
    ...verdictLines(outcome, context),
    '',
    dim(message('test.written', { report: `${path}/report.md`, json: `${path}/test.json` })),
  ]
}
