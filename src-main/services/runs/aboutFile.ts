import { join } from 'node:path'
import { z } from 'zod'
import { problemSchema } from '../../contract/problem.ts'
import { trainingSettingsSchema } from '../../contract/trainingSettings.ts'
import { ABOUT_FILE } from '../../engine/7-record/openRun.ts'
import { writeFileAtomically } from '../../files/atomicFile.ts'
import { MAX_CONFIG_JSON } from '../../files/limits.ts'
import { readJsonCapped } from '../../files/readFile.ts'

/** What the app keeps beside a run's own files: how a person calls it, and what it was last asked to do. */
const aboutSchema = z.object({
  version: z.literal(1),
  name: z.string(),
  /** ISO 8601 */
  createdAt: z.string(),
  /** What it was last seen doing. `going` in a run that nobody carries out means that it was cut off. */
  state: z.enum(['queued', 'going', 'paused', 'failed']),
  /** `id` as in a project's plan: the starter model moves with the app. */
  model: z.object({ id: z.string(), name: z.string(), parameterCount: z.number() }),
  settings: trainingSettingsSchema,
  /** Null until the rows are read. */
  rows: z.int().nullable(),
  heldOutRows: z.int().nullable(),
  maxSteps: z.int().nullable(),
  problem: problemSchema.nullable(),
})
export type AboutRun = z.output<typeof aboutSchema>

/** Null where there is none, or none that can be read: the run is then known by its own files. */
export async function readAbout(folder: string): Promise<AboutRun | null> {
  const json = await readJsonCapped(join(folder, ABOUT_FILE), MAX_CONFIG_JSON).catch(() => null)
  return aboutSchema.safeParse(json).data ?? null
}

/** @throws TuneDeskError files/disk-full, files/cannot-write */
export const writeAbout = (folder: string, about: AboutRun): Promise<void> =>
  writeFileAtomically(join(folder, ABOUT_FILE), `${JSON.stringify(about, null, 2)}\n`)
