import type { CheckedRow, CheckReport } from '../jobs/check.ts'
import type { OpenedDataset } from '../jobs/dataset.ts'
import type { Context } from './context.ts'
import { maskLegend, maskLines } from './maskView.ts'
import { problemWords, warningWords } from './rowWords.ts'
import { formatCount } from './terminal/format.ts'
import { printableLine } from './terminal/printable.ts'
import { READING_WIDTH } from './terminal/terminal.ts'
import { padStart } from './terminal/width.ts'
import { wrap } from './terminal/wrap.ts'

const textWidth = (context: Context, indent: number): number => Math.min(context.out.columns(), READING_WIDTH) - indent

/** One row's tokens as the model will learn them, with how many of them teach it and what is unusual about it. */
export function checkedRowLines(row: CheckedRow, numberWidth: number, context: Context): string[] {
  const { out, message } = context
  const { bold, dim, yellow } = out.colours
  const indent = ' '.repeat(numberWidth + 2)
  const width = textWidth(context, indent.length)
  const number = bold(padStart(String(row.tokenised.row + 1), numberWidth))
  const tokens = maskLines(row.tokens, width, out)
  const taught = message('check.taught', { taught: formatCount(row.taught), total: formatCount(row.tokenised.ids.length) })
  return [
    ...tokens.map((line, i) => (i === 0 ? `${number}  ${line}` : indent + line)),
    indent + dim(taught),
    ...row.tokenised.warnings.flatMap((warning) =>
      wrap(warningWords(warning, message), width - 2).map((line, i) => `${indent}${i === 0 ? yellow('!') : ' '} ${line}`),
    ),
  ]
}

/** What was found in the file beside good rows: which were left out and why, names that were taken for others, fields not read. */
export function findingLines({ problems, aliases, unusedFields }: OpenedDataset['findings'], context: Context): string[] {
  const { out, message } = context
  const { red, yellow, dim } = out.colours
  const item = (sign: string, text: string): string[] =>
    wrap(text, textWidth(context, 2)).map((line, i) => `${i === 0 ? sign : ' '} ${line}`)
  const shown = problems.slice(0, MAX_PROBLEMS)
  return [
    ...shown.flatMap((problem) =>
      item(
        red('✗'),
        message('check.left-out', { row: problem.index + 1, line: problem.line, reason: problemWords(problem, message) }),
      ),
    ),
    ...(problems.length > shown.length
      ? [dim(`  ${message('check.more-problems', { count: problems.length - shown.length })}`)]
      : []),
    ...aliases.flatMap(({ field, name, rows }) =>
      item(dim('·'), message('check.alias', { name: printableLine(name), field, rows })),
    ),
    ...unusedFields.flatMap(({ name, rows }) => item(yellow('!'), message('check.unused', { name: printableLine(name), rows }))),
  ]
}

/** A file in the wrong format may have as many problems as rows. */
const MAX_PROBLEMS = 20

/** How many rows are shown when not all are asked for: the first ones, and of the others those with a warning. */
const FIRST_ROWS = 5
const WARNED_ROWS = 20

/** The whole report: rows, legend, findings, and one sentence that sums it up. */
export function checkLines(report: CheckReport, all: boolean, context: Context): string[] {
  const { out, message } = context
  const { bold, dim } = out.colours
  const warned = report.rows.slice(FIRST_ROWS).filter(({ tokenised }) => tokenised.warnings.length > 0)
  const shown = all ? report.rows : [...report.rows.slice(0, FIRST_ROWS), ...warned.slice(0, WARNED_ROWS)]
  const hidden = report.rows.length - shown.length
  const numberWidth = String((shown.at(-1)?.tokenised.row ?? 0) + 1).length
  const { max_length, loss_on, template } = report.settings
  const about = [
    printableLine(report.name),
    message('unit.rows', { rows: report.rows.length }),
    message(`check.loss-on-${loss_on}`),
    message(`check.template-${template}`),
    message('check.max-length', { tokens: max_length }),
  ]
  const findings = findingLines(report.findings, context)
  return [
    dim(about.join(' · ')),
    '',
    ...shown.flatMap((row) => [...checkedRowLines(row, numberWidth, context), '']),
    ...(hidden > 0 ? [dim(message('check.more-rows', { rows: hidden })), ''] : []),
    ...(findings.length > 0 ? [...findings, ''] : []),
    maskLegend(report.counts, out, message),
    '',
    bold(message('check.taught-in-all', { taught: formatCount(report.taught), total: formatCount(report.total) })),
  ]
}
