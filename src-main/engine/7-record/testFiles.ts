import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { TestedModel } from '../../contract/areas/tests.ts'
import { TuneDeskError } from '../../contract/error.ts'
import { problemSchema } from '../../contract/problem.ts'
import type { TestReport } from '../../contract/testReport.ts'
import { verdictSchema } from '../../contract/verdict.ts'
import { writeFileAtomically } from '../../files/atomicFile.ts'
import { MAX_JOURNAL } from '../../files/limits.ts'
import { readJsonCapped } from '../../files/readFile.ts'

const FILES: Record<TestedModel, string> = { tuned: 'test.json', untrained: 'test_untrained.json' }

const group = z.enum(['trained', 'held-out'])
const reportSchema: z.ZodType<TestReport> = z.object({
  verdict: verdictSchema,
  groups: z.partialRecord(
    group,
    z.object({
      rows: z.number(),
      exact_matches: z.number(),
      mean_chrf: z.number(),
      leak_rows: z.number(),
      reciting: z.number(),
      mean_leak_score: z.number(),
      max_leak_score: z.number(),
    }),
  ),
  results: z.array(
    z.object({
      row: z.number(),
      group,
      probe: z.enum(['answer', 'leak']),
      instruct: z.string(),
      input: z.string(),
      answer: z.string(),
      label: z.string(),
      exact_match: z.boolean(),
      chrf: z.number(),
      leak_score: z.number().nullable(),
      error: z.exactOptional(problemSchema),
    }),
  ),
  row_counts: z.exactOptional(z.record(group, z.number())),
  sample: z.exactOptional(z.object({ rows: z.number(), seed: z.number() }).nullable()),
})

/** @throws TuneDeskError files/disk-full, files/cannot-write */
export const writeTestReport = (folder: string, model: TestedModel, report: TestReport): Promise<void> =>
  writeFileAtomically(join(folder, FILES[model]), `${JSON.stringify(report, null, 2)}\n`)

/**
 * What the last test of a run's folder found, or null where it was not tested.
 * @throws TuneDeskError files/…, runs/damaged
 */
export async function readTestReport(folder: string, model: TestedModel): Promise<TestReport | null> {
  const path = join(folder, FILES[model])
  if (!(await stat(path).catch(() => null))) return null
  const parsed = reportSchema.safeParse(await readJsonCapped(path, MAX_JOURNAL))
  if (!parsed.success) throw new TuneDeskError('runs/damaged', { folder, file: FILES[model] }, { cause: parsed.error })
  return parsed.data
}
