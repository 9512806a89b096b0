import { stat } from 'node:fs/promises'
import { basename, resolve } from 'node:path'
import { TuneDeskError } from '../contract/error.ts'
import { ROWS_FILE } from '../engine/1-dataset/project/projectFiles.ts'
import { readProject } from '../engine/1-dataset/project/readProject.ts'
import { readDatasetFile } from '../engine/1-dataset/readDatasetFile.ts'
import { readRows, type Dataset } from '../engine/1-dataset/readRows.ts'
import type { Row } from '../contract/row.ts'

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

/**
 * Opens the rows of a file, or of a project's folder.
 * @throws TuneDeskError dataset/…, files/…; dataset/no-good-rows where there is nothing but bad ones
 */
export async function openDataset(path: string): Promise<OpenedDataset> {
  const isFolder = (await stat(path).catch(() => null))?.isDirectory() ?? false
  const project = isFolder ? await readProject(path) : null
  const dataset = project ? await readRows({ name: ROWS_FILE, bytes: project.bytes }) : await readDatasetFile(path)
  const { rows, indices, ...findings } = dataset
  return {
    name: basename(resolve(path)),
    rows: rows.map((row, i) => ({ row, index: indices[i] ?? i })),
    heldOut: new Set(project?.heldOut),
    findings,
  }
}

/** @throws TuneDeskError dataset/no-good-rows */
export function requireRows({ rows, name, findings }: OpenedDataset): void {
  if (rows.length === 0) throw new TuneDeskError('dataset/no-good-rows', { file: name, rows: findings.rowCount })
}
