import { stat } from 'node:fs/promises'
import { basename, extname, resolve } from 'node:path'
import type { Command } from 'commander'
import { TuneDeskError } from '../../contract/error.ts'
import type { Context } from '../context.ts'
import { jsonLine } from '../jsonLine.ts'
import { shownPath } from '../shownPath.ts'
import { formatCount } from '../terminal/format.ts'

interface ExportOptions {
  json?: boolean
  force?: boolean
  merged?: string
}

/** By a file's ending, what can be written into it. */
const ROW_FORMATS = { '.jsonl': 'jsonl', '.json': 'json', '.csv': 'csv' } as const
const REPORT_FORMATS = { '.html': 'html', '.htm': 'html', '.md': 'markdown', '.csv': 'csv' } as const
const PICTURE_FORMATS = { '.svg': 'svg', '.png': 'png' } as const

const CHOICES = ['all', 'trained', 'held-out'] as const
type Choice = (typeof CHOICES)[number]

/** What TuneDesk has made, as files for others. `--json` and `--force` belong to all of it: see `addModelsCommand`. */
export function addExportCommand(program: Command, context: Context): void {
  const { message } = context
  const command = program
    .command('export')
    .description(message('export.description'))
    .option('--force', message('option.force'))
    .option('--json', message('option.json'))
    .argument('[run]', message('argument.run'))
    .option('--merged <folder>', message('export.option-merged'))
    .action(async (run: string | undefined, { merged }: ExportOptions) => {
      if (run === undefined) throw new TuneDeskError('usage/missing-argument', { name: 'run' })
      if (merged === undefined) throw new TuneDeskError('usage/missing-option', { name: '--merged <folder>' })
      const { path } = await context.engines.training.run('mergeAdapter', { adapter: run, output: merged })
      tell({ path }, command, context, [message('export.written', { file: shownPath(path) })])
    })
  command
    .command('rows')
    .description(message('export.rows-description'))
    .argument('<data>', message('argument.data'))
    .argument('<file>', message('argument.rows-file'))
    .option('--which <rows>', message('export.option-which'), 'all')
    .action(async (data: string, file: string, { which }: { which: string }) => {
      if (!isChoice(which))
        throw new TuneDeskError('usage/wrong-value', { name: '--which', value: which, expected: CHOICES.join(' | ') })
      const format = formatOf(file, ROW_FORMATS)
      await requireFree(file, command)
      const { rowsToExport } = await import('../../services/rowsToExport.ts')
      const { saveRows } = await import('../../services/saveRows.ts')
      const { rows, badLines } = await rowsToExport(data)
      const chosen = rows.filter(({ heldOut }) => which === 'all' || heldOut === (which === 'held-out'))
      const saved = await saveRows(chosen, format, resolve(file))
      tell({ ...saved, badLines }, command, context, [
        message('export.rows', { rows: formatCount(saved.rows), file: shownPath(saved.path) }),
        ...(badLines > 0 ? [message('export.bad-lines', { lines: badLines })] : []),
        ...(saved.apostrophes > 0 ? [message('export.apostrophes', { cells: saved.apostrophes })] : []),
      ])
    })
  command
    .command('test')
    .description(message('export.test-description'))
    .argument('<run>', message('argument.run'))
    .argument('<file>', message('argument.report-file'))
    .action(async (run: string, file: string) => {
      const format = formatOf(file, REPORT_FORMATS)
      await requireFree(file, command)
      const { saveReport } = await import('../../services/tests/saveReport.ts')
      const { title } = await openRun(run)
      const path = resolve(file)
      await saveReport(run, { format, path, language: context.language, title })
      tell({ path }, command, context, [message('export.written', { file: shownPath(path) })])
    })
  command
    .command('loss')
    .description(message('export.loss-description'))
    .argument('<run>', message('argument.run'))
    .argument('<file>', message('argument.picture-file'))
    .action(async (run: string, file: string) => {
      const format = formatOf(file, PICTURE_FORMATS)
      await requireFree(file, command)
      const { readDetails } = await import('../../services/runs/runFolder.ts')
      const { savePicture } = await import('../../services/runs/savePicture.ts')
      await openRun(run)
      const { log } = await readDetails(run)
      const path = resolve(file)
      await savePicture(log, { format, path, language: context.language })
      tell({ path }, command, context, [message('export.written', { file: shownPath(path) })])
    })
}

const isChoice = (which: string): which is Choice => (CHOICES as readonly string[]).includes(which)

/** @throws TuneDeskError usage/wrong-value */
function formatOf<Format extends string>(file: string, formats: Readonly<Record<string, Format>>): Format {
  const format = formats[extname(file).toLowerCase()]
  if (format) return format
  throw new TuneDeskError('usage/wrong-value', { name: '<file>', value: file, expected: Object.keys(formats).join(' | ') })
}

/** @throws TuneDeskError exports/file-exists */
async function requireFree(file: string, command: Command): Promise<void> {
  if (!command.opts<ExportOptions>().force && (await stat(file).catch(() => null)))
    throw new TuneDeskError('exports/file-exists', { path: file })
}

/** @throws TuneDeskError runs/not-a-run, runs/damaged */
async function openRun(run: string): Promise<{ title: string }> {
  const { readRunBeginning } = await import('../../engine/7-record/runDescription.ts')
  const { readAbout } = await import('../../services/runs/aboutFile.ts')
  await readRunBeginning(run)
  return { title: (await readAbout(run))?.name ?? basename(resolve(run)) }
}

function tell(result: object, command: Command, { out }: Context, sentences: readonly string[]): void {
  if (command.opts<ExportOptions>().json) out.line(jsonLine(result))
  else for (const sentence of sentences) out.line(sentence)
}
