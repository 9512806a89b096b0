import type { Command } from 'commander'
import { TuneDeskError } from '../../contract/error.ts'
import type { RowProblem } from '../../engine/1-dataset/rowProblem.ts'
import type { CheckReport } from '../../jobs/check.ts'
import type { Context } from '../context.ts'
import { jsonLine } from '../jsonLine.ts'
import { addMaskOptions, maskSettings, type MaskOptions } from '../maskOptions.ts'
import { problemWords } from '../rowWords.ts'

interface CheckOptions extends MaskOptions {
  model: string
  all?: boolean
  batch?: string | true
  json?: boolean
}

export function addCheckCommand(program: Command, context: Context): void {
  const { message } = context
  const command = program
    .command('check')
    .description(message('check.description'))
    .argument('<data>', message('argument.data'))
    .requiredOption('--model <folder>', message('option.model'))
  addMaskOptions(command, message)
    .option('--batch [rows]', message('check.option-batch'))
    .option('--all', message('check.option-all'))
    .option('--json', message('option.json'))
    .action(async (data: string, { model, all = false, batch, json = false, ...mask }: CheckOptions) => {
      const { checkRowsOf } = await import('../../jobs/check.ts')
      const { modelFolderOf } = await import('../../jobs/model.ts')
      const { tokenCache } = await import('../tokenCache.ts')
      const folder = await modelFolderOf(model, context.resources)
      const report = await checkRowsOf({ data, model: folder, cache: tokenCache(), ...maskSettings(mask) })
      if (batch !== undefined) await printBatches(report, batch === true ? report.rows.length : rowsOfBatch(batch), json, context)
      else if (json) printJson(report, context)
      else await printReport(report, all, context)
    })
}

function rowsOfBatch(text: string): number {
  const rows = Number(text)
  if (Number.isInteger(rows) && rows >= 1) return rows
  throw new TuneDeskError('usage/wrong-value', { name: '--batch', value: text, expected: 'integer ≥ 1' })
}

async function printReport(report: CheckReport, all: boolean, context: Context): Promise<void> {
  const { checkLines } = await import('../checkView.ts')
  for (const line of checkLines(report, all, context)) context.out.line(line)
}

/** A line per row of the file, bad rows included, in the file's order. */
function printJson({ rows, findings }: CheckReport, { out, message }: Context): void {
  const good = rows.map(({ tokenised: { row, ids, labels, reasons, cutOff, warnings } }) => ({
    row,
    input_ids: ids,
    labels,
    reasons,
    cut_off: cutOff,
    warnings,
  }))
  const problemsOfRow = new Map<number, RowProblem[]>()
  for (const problem of findings.problems)
    problemsOfRow.set(problem.index, [...(problemsOfRow.get(problem.index) ?? []), problem])
  const bad = [...problemsOfRow].map(([row, problems]) => ({
    row,
    line: problems[0]?.line,
    problems: problems.map((problem) => {
      const { index: _, line: __, ...fault } = problem
      return { ...fault, words: problemWords(problem, message) }
    }),
  }))
  for (const line of [...good, ...bad].sort((a, b) => a.row - b.row)) out.line(jsonLine(line))
}

async function printBatches(report: CheckReport, size: number, json: boolean, { out }: Context): Promise<void> {
  const { paddedBatches } = await import('../../jobs/check.ts')
  const { bold } = out.colours
  for (const batch of paddedBatches(report, size)) {
    if (json) out.line(jsonLine(batch))
    else
      for (const name of ['input_ids', 'attention_mask', 'labels'] as const) {
        out.line(bold(name))
        for (const row of batch[name]) out.line(`  [${row.join(', ')}]`)
      }
  }
}
