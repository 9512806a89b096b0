import { isDeepStrictEqual } from 'node:util'
import { TuneDeskError, type Language } from '../../contract/error.ts'
import { readTestReport } from '../../engine/7-record/testFiles.ts'
import { reportCsv } from '../../engine/8-infer/report/reportCsv.ts'
import { reportHtml } from '../../engine/8-infer/report/reportHtml.ts'
import { reportMarkdown } from '../../engine/8-infer/report/reportMarkdown.ts'
import { writeFileAtomically } from '../../files/atomicFile.ts'

const REPORTS = { html: reportHtml, markdown: reportMarkdown, csv: reportCsv }
export type ReportFormat = keyof typeof REPORTS

/**
 * Writes a run's last test for somebody to read, beside the untrained model's answers where they are to the same rows.
 * @throws TuneDeskError tests/none-yet, files/cannot-write, files/disk-full
 */
export async function saveReport(
  folder: string,
  { format, path, language, title }: { format: ReportFormat; path: string; language: Language; title: string },
): Promise<void> {
  const tuned = await readTestReport(folder, 'tuned')
  if (!tuned) throw new TuneDeskError('tests/none-yet')
  const before = await readTestReport(folder, 'untrained')
  const untrained = before && isDeepStrictEqual(before.sample ?? null, tuned.sample ?? null) ? before : null
  await writeFileAtomically(path, REPORTS[format]({ title, tuned, untrained }, language))
}
