import { join } from 'node:path'
import { z } from 'zod'
import { verdictSentence } from '../contract/verdict.ts'
import type { Language } from '../contract/error.ts'
import type { Row } from '../engine/1-dataset/row.ts'
import { promptIds } from '../engine/2-tokens/rowText.ts'
import { GREEDY } from '../engine/8-infer/generate.ts'
import { runProbes, type ProbeResult, type ProbeRow, type TestReport } from '../engine/8-infer/probes.ts'
import { reportMarkdown } from '../engine/8-infer/report.ts'
import { writeFileAtomically } from '../files/atomicFile.ts'
import { openDataset, requireRows, type OpenedDataset } from './dataset.ts'
import { openAnswerer, openTrainedRun, templateOf } from './openAnswerer.ts'
import { checkRequest } from './request.ts'

const testSchema = z.strictObject({
  /** A run's folder. */
  run: z.string(),
  /** Rows to ask instead of the run's own. */
  data: z.string().optional(),
  /** Of the written report. */
  language: z.enum(['en', 'zh'], { error: 'en | zh' }),
})
export type TestRequest = z.input<typeof testSchema>

export interface TestHooks {
  onResult?: (result: ProbeResult, done: number, total: number) => void
  signal?: AbortSignal
}

export interface TestOutcome extends TestReport {
  folder: string
  /** Bad rows of `data`; null where the run's own rows were asked. */
  findings: OpenedDataset['findings'] | null
}

const TEST_FILE = 'test.json'
const REPORT_FILE = 'report.md'

/** What an answer may have more than what it should be: room to show that it does not stop. */
const SPARE_TOKENS = 24

/**
 * Both probes over all rows of a run, the trained and the held-out ones, or over the rows of a file. Writes test.json and report.md into the run's folder.
 * @throws TuneDeskError runs/…, dataset/…; the signal's reason when it aborts, and then nothing is written
 */
export async function testRun(request: TestRequest, { onResult, signal }: TestHooks = {}): Promise<TestOutcome> {
  const { run: folder, data, language } = checkRequest(testSchema, request)
  const run = await openTrainedRun(folder)
  const dataset = data === undefined ? null : await openDataset(data)
  if (dataset) requireRows(dataset)
  const { rows, heldOutRows } = run.description
  const asked = dataset ? rowsOfFile(dataset, rows) : rowsOfRun(rows, heldOutRows)

  const answerer = await openAnswerer(run.weightsFolder)
  const { tokenizer } = answerer
  const template = templateOf(run, tokenizer)
  try {
    const report = await runProbes(asked, {
      async answer(question, { input, label }, stop) {
        const [prompt = []] = await promptIds(tokenizer, [question], template)
        const longest = tokenizer.encode(input + label, { addSpecialTokens: false }).length
        const settings = { ...GREEDY, max_new_tokens: longest + SPARE_TOKENS }
        const { text } = await answerer.answer(prompt, settings, stop ? { signal: stop } : {})
        stop?.throwIfAborted()
        return text
      },
      ...(onResult ? { onResult } : {}),
      ...(signal ? { signal } : {}),
    })
    await writeFileAtomically(join(run.folder, TEST_FILE), `${JSON.stringify(report, null, 2)}\n`)
    await writeFileAtomically(join(run.folder, REPORT_FILE), reportMarkdown(report, language))
    return { ...report, folder: run.folder, findings: dataset?.findings ?? null }
  } finally {
    await answerer.close()
  }
}

/** A test's verdict as a person reads it. */
export const verdictOf = ({ verdict }: TestReport, language: Language): string => verdictSentence(verdict, language)

const rowsOfRun = (rows: readonly Row[], heldOutRows: readonly Row[]): ProbeRow[] => [
  ...rows.map((row, i) => ({ ...row, row: i, group: 'trained' as const })),
  ...heldOutRows.map((row, i) => ({ ...row, row: i, group: 'held-out' as const })),
]

/** A file's row counts as trained where the run learned from the very same one. */
function rowsOfFile({ rows }: OpenedDataset, trained: readonly Row[]): ProbeRow[] {
  const keyOf = ({ instruct, input, label }: Row): string => JSON.stringify([instruct, input, label])
  const known = new Set(trained.map(keyOf))
  return rows.map(({ row, index }) => ({ ...row, row: index, group: known.has(keyOf(row)) ? 'trained' : 'held-out' }))
}
