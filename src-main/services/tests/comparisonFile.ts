import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { Comparison } from '../../contract/areas/tests.ts'
import { writeFileAtomically } from '../../files/atomicFile.ts'
import { MAX_CONFIG_JSON } from '../../files/limits.ts'
import { readJsonCapped } from '../../files/readFile.ts'

const schema = z.object({ version: z.literal(1), answer: z.string(), everything: z.string() })
const pathOf = (project: string): string => join(project, 'comparison.json')

/** Which two runs of a project are compared. How far it is, the runs and their tests say themselves. */
export async function readComparison(project: string): Promise<Comparison | null> {
  const json = await readJsonCapped(pathOf(project), MAX_CONFIG_JSON).catch(() => null)
  const found = schema.safeParse(json).data
  return found ? { answer: found.answer, everything: found.everything } : null
}

/** @throws TuneDeskError files/disk-full, files/cannot-write */
export const writeComparison = (project: string, { answer, everything }: Comparison): Promise<void> =>
  writeFileAtomically(pathOf(project), `${JSON.stringify({ version: 1, answer, everything }, null, 2)}\n`)

export const removeComparison = (project: string): Promise<void> => rm(pathOf(project), { force: true })
