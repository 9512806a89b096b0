import { stat } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { z } from 'zod'
import { TuneDeskError } from '../contract/error.ts'
import { readRows, type Dataset } from '../engine/1-dataset/readRows.ts'
import type { Row } from '../engine/1-dataset/row.ts'
import { readJsonCapped } from '../files/readFile.ts'

/** A row and where it stands among all rows of its file, good and bad, from 0. */
export interface NumberedRow {
  index: number
  row: Row
}

export interface OpenedDataset {
  /** The file's name, or the project's. */
  name: string
  /** The good rows, in the file's order. */
  rows: NumberedRow[]
  /** Of the good rows those that a project keeps out of the training, by index. Empty for a file. */
  heldOut: ReadonlySet<number>
  /** What was found beside good rows. */
  findings: Pick<Dataset, 'problems' | 'aliases' | 'unusedFields' | 'rowCount'>
}

/** The files of a project that hold its rows and which of them are held out. */
const ROWS_FILE = 'rows.jsonl'
const SPLITS_FILE = 'splits.json'
const splitsSchema = z.object({ heldOut: z.array(z.int().nonnegative()).default([]) })
/** An index has at most eight characters and there are at most a few million rows. */
const MAX_SPLITS_BYTES = 50_000_000

/**
 * Opens the rows of a file, or of a project's folder.
 * @throws TuneDeskError dataset/…, files/…; dataset/no-good-rows where there is nothing but bad ones
 */
export async function openDataset(path: string): Promise<OpenedDataset> {
  const isFolder = (await stat(path).catch(() => null))?.isDirectory() ?? false
  const { rows, indices, ...findings } = await readRows(isFolder ? join(path, ROWS_FILE) : path)
  return {
    name: basename(resolve(path)),
    rows: rows.map((row, i) => ({ row, index: indices[i] ?? i })),
    heldOut: new Set(isFolder ? await heldOutIndices(path) : []),
    findings,
  }
}

/** @throws TuneDeskError dataset/no-good-rows */
export function requireRows({ rows, name, findings }: OpenedDataset): void {
  if (rows.length === 0) throw new TuneDeskError('dataset/no-good-rows', { file: name, rows: findings.rowCount })
}

async function heldOutIndices(project: string): Promise<number[]> {
  const path = join(project, SPLITS_FILE)
  if (!(await stat(path).catch(() => null))) return []
  const splits = splitsSchema.safeParse(await readJsonCapped(path, MAX_SPLITS_BYTES))
  if (!splits.success)
    throw new TuneDeskError('files/not-json', { file: SPLITS_FILE, detail: splits.error.issues[0]?.message ?? '' })
  return splits.data.heldOut
}
