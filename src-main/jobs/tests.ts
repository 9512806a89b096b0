import { join } from 'node:path'
import { z } from 'zod'
import type { Row } from '../contract/row.ts'
import type { ProbeGroup, ProbeResult, RowSample, TestReport } from '../contract/testReport.ts'
import { promptIds } from '../engine/2-tokens/rowText.ts'
import { randomPermutation } from '../engine/3-batches/randomPermutation.ts'
import type { RunDescription } from '../engine/7-record/runDescription.ts'
import { writeTestReport } from '../engine/7-record/testFiles.ts'
import { GREEDY } from '../engine/8-infer/generate.ts'
import { runProbes, type ProbeRow } from '../engine/8-infer/probes.ts'
import { reportMarkdown } from '../engine/8-infer/report/reportMarkdown.ts'
import { writeFileAtomically } from '../files/atomicFile.ts'
import { answerDraft, answerTokens } from './expectedAnswer.ts'
import { openDataset, requireRows, type OpenedDataset } from './dataset.ts'
import { openAnswerer, openTrainedRun, templateOf } from './openAnswerer.ts'
import { numberedRows } from './numberedRows.ts'
import { checkRequest } from './request.ts'

const testSchema = z.strictObject({
  /** A run's folder. */
  run: z.string(),
  /** Rows to ask instead of the run's own. */
  data: z.string().optional(),
  /** The folder of the model that the run began from: it is asked in the run's place, to see what the run changed. */
  untrained: z.string().optional(),
  /** Some of the rows; null: all. */
  sample: z
    .strictObject({ rows: z.int().min(1), seed: z.int().nonnegative() })
    .nullable()
    .default(null),
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

const REPORT_FILE = 'report.md'

/**
 * Both probes over the rows of a run, the trained and the held-out ones, or over the rows of a file. Writes test.json and report.md into the
 * run's folder; of the untrained model test_untrained.json.
 * @throws TuneDeskError runs/…, dataset/…; the signal's reason when it aborts, and then nothing is written
 */
export async function testRun(request: TestRequest, { onResult, signal }: TestHooks = {}): Promise<TestOutcome> {
  const { run: folder, data, untrained, sample, language } = checkRequest(testSchema, request)
  const run = await openTrainedRun(folder)
  const dataset = data === undefined ? null : await openDataset(data)
  if (dataset) requireRows(dataset)
  const known = dataset ? rowsOfFile(dataset, run.description.rows) : rowsOfRun(run.description)

  const answerer = await openAnswerer(untrained ?? run.weightsFolder)
  const { tokenizer } = answerer
  const template = templateOf(run, tokenizer)
  try {
    const found = await runProbes(sample === null ? known : drawn(known, sample), {
      known,
      async answer(question, row, stop) {
        const [prompt = []] = await promptIds(tokenizer, [question], template)
        const settings = { ...GREEDY, max_new_tokens: answerTokens(tokenizer, row) }
        const draft = await answerDraft(tokenizer, row, template)
        const { text } = await answerer.answer(prompt, settings, { draft, ...(stop ? { signal: stop } : {}) })
        stop?.throwIfAborted()
        return text
      },
      ...(onResult ? { onResult } : {}),
      ...(signal ? { signal } : {}),
    })
    const report: TestReport = { ...found, row_counts: counted(known), sample: sample && { ...sample } }
    await writeTestReport(run.folder, untrained === undefined ? 'tuned' : 'untrained', report)
    if (untrained === undefined)
      await writeFileAtomically(join(run.folder, REPORT_FILE), reportMarkdown({ tuned: report }, language))
    return { ...report, folder: run.folder, findings: dataset?.findings ?? null }
  } finally {
    await answerer.close()
  }
}

function rowsOfRun(run: RunDescription): ProbeRow[] {
  const { rows, heldOutRows } = numberedRows(run)
  return [
    ...rows.map(({ row, index }) => ({ ...row, row: index, group: 'trained' as const })),
    ...heldOutRows.map(({ row, index }) => ({ ...row, row: index, group: 'held-out' as const })),
  ]
}

/** A file's row counts as trained where the run learned from the very same one. */
function rowsOfFile({ rows }: OpenedDataset, trained: readonly Row[]): ProbeRow[] {
  const keyOf = ({ instruct, input, label }: Row): string => JSON.stringify([instruct, input, label])
  const known = new Set(trained.map(keyOf))
  return rows.map(({ row, index }) => ({ ...row, row: index, group: known.has(keyOf(row)) ? 'trained' : 'held-out' }))
}

function counted(rows: readonly ProbeRow[]): Record<ProbeGroup, number> {
  const trained = rows.filter(({ group }) => group === 'trained').length
  return { trained, 'held-out': rows.length - trained }
}

/**
 * Some of the rows, in their order: half of them held-out ones, as far as there are, since a few of those say as much as a few of the others.
 */
function drawn(rows: readonly ProbeRow[], { rows: wanted, seed }: RowSample): ProbeRow[] {
  const ofGroup = (group: ProbeGroup): ProbeRow[] => rows.filter((row) => row.group === group)
  const [trained, heldOut] = [ofGroup('trained'), ofGroup('held-out')]
  const heldOutWanted = Math.max(Math.floor(wanted / 2), wanted - trained.length)
  const some = (list: readonly ProbeRow[], count: number): ProbeRow[] =>
    randomPermutation(list.length, seed)
      .slice(0, count)
      .sort((a, b) => a - b)
      .flatMap((at) => list[at] ?? [])
  const chosen = some(heldOut, heldOutWanted)
  return [...some(trained, wanted - chosen.length), ...chosen]
}
