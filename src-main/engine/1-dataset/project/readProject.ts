import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { TuneDeskError } from '../../../contract/error.ts'
import { readJournal } from '../../../files/journal.ts'
import { readFileCapped, readJsonCapped } from '../../../files/readFile.ts'
import { MAX_DATASET_BYTES } from '../limits.ts'
import { ROWS_FILE, ROWS_JOURNAL, SPLITS_FILE } from './projectFiles.ts'
import { restoreRows } from './restoreRows.ts'
import { MisfitError } from './rowChange.ts'
import { parseRowsFile, printRowsFile } from './rowsFile.ts'

const splitsSchema = z.object({ heldOut: z.array(z.int().nonnegative()).default([]) })
/** An index has at most eight characters and there are at most a few million rows. */
const MAX_SPLITS_BYTES = 50_000_000

/**
 * A project's rows as they are now, for whoever does not edit them: what rows.jsonl and splits.json have, or would have once the edits that only the
 * journal has so far were written into them.
 * @returns rows.jsonl, and which of its rows are held out, counted from 0 among all of them, good and bad
 * @throws TuneDeskError files/not-json, files/too-large, files/cannot-read
 */
export async function readProject(folder: string): Promise<{ bytes: Uint8Array; heldOut: number[] }> {
  // The journal first: should the project be edited meanwhile, it is too old for rows.jsonl, which then says all that it said.
  const entries = await readJournalIfThere(folder)
  const bytes = await readRowsBytes(folder)
  const heldOut = await readSplits(folder)
  const asTheyAre = { bytes, heldOut: heldOut ?? [] }
  if (entries.length === 0) return asTheyAre
  try {
    const { list, isAhead } = await restoreRows(entries, await parseRowsFile(ROWS_FILE, bytes), heldOut)
    if (!isAhead) return asTheyAre
    return {
      bytes: Buffer.concat(await printRowsFile(list.rows)),
      heldOut: list.rows.flatMap((row, position) => (row.heldOut ? [position] : [])),
    }
  } catch (error) {
    // A journal that the editor will put aside, or a file that it will not open: the other's reader says what is wrong with it.
    if (error instanceof MisfitError || error instanceof z.ZodError || error instanceof RangeError) return asTheyAre
    if (error instanceof TuneDeskError && error.code.startsWith('dataset/')) return asTheyAre
    throw error
  }
}

/**
 * What rows.jsonl has; a project without it has no rows yet.
 * @throws TuneDeskError files/too-large, files/cannot-read
 */
export async function readRowsBytes(folder: string): Promise<Uint8Array> {
  const path = join(folder, ROWS_FILE)
  return (await isThere(path)) ? readFileCapped(path, MAX_DATASET_BYTES) : new Uint8Array()
}

/**
 * What splits.json says: which rows of rows.jsonl are held out; null where there is no such file.
 * @throws TuneDeskError files/not-json, files/too-large, files/cannot-read
 */
export async function readSplits(folder: string): Promise<number[] | null> {
  const path = join(folder, SPLITS_FILE)
  if (!(await isThere(path))) return null
  const splits = splitsSchema.safeParse(await readJsonCapped(path, MAX_SPLITS_BYTES))
  if (!splits.success)
    throw new TuneDeskError('files/not-json', { file: SPLITS_FILE, detail: splits.error.issues[0]?.message ?? '' })
  return splits.data.heldOut
}

async function readJournalIfThere(folder: string): Promise<unknown[]> {
  const path = join(folder, ROWS_JOURNAL)
  return (await isThere(path)) ? readJournal(path) : []
}

const isThere = async (path: string): Promise<boolean> => Boolean(await stat(path).catch(() => null))
