import { stat } from 'node:fs/promises'
import type { Row } from '../contract/row.ts'
import { ROWS_FILE } from '../engine/1-dataset/project/projectFiles.ts'
import { readProject } from '../engine/1-dataset/project/readProject.ts'
import { parseRowsFile } from '../engine/1-dataset/project/rowsFile.ts'
import { openDataset, requireRows } from '../jobs/dataset.ts'

interface RowsToExport {
  rows: (Row & { heldOut: boolean })[]
  /** Lines or records that are no rows, and so are left out. */
  badLines: number
}

/**
 * All rows of a project, unfinished ones too, as they are now, whether or not a window has it open; or the good rows of a file.
 * @throws TuneDeskError dataset/…, files/…
 */
export async function rowsToExport(data: string): Promise<RowsToExport> {
  if (!(await stat(data).catch(() => null))?.isDirectory()) {
    const dataset = await openDataset(data)
    requireRows(dataset)
    const { rows, findings } = dataset
    return { rows: rows.map(({ row }) => ({ ...row, heldOut: false })), badLines: findings.rowCount - rows.length }
  }
  const { bytes, heldOut } = await readProject(data)
  const { rows, indices, badLines } = await parseRowsFile(ROWS_FILE, bytes)
  const marks = new Set(heldOut)
  return { rows: rows.map((row, i) => ({ ...row, heldOut: marks.has(indices[i] ?? -1) })), badLines: badLines.length }
}
