import type { ExportFormat } from '../contract/areas/exports.ts'
import { TuneDeskError } from '../contract/error.ts'
import type { Row } from '../contract/row.ts'
import { countApostrophes, printRows } from '../engine/1-dataset/printRows.ts'
import { writeFileAtomically } from '../files/atomicFile.ts'
import type { Write } from '../files/streamFile.ts'

export interface SavedRows {
  path: string
  rows: number
  /** Cells that got an apostrophe. */
  apostrophes: number
}

/** Characters that are written at once; between two writes others get their turn. */
const PIECE_CHARACTERS = 500_000

/** Rows as a file for other programs, or for another project. @throws files/cannot-write, files/disk-full, exports/no-rows */
export async function saveRows(rows: readonly Row[], format: ExportFormat, path: string): Promise<SavedRows> {
  if (rows.length === 0) throw new TuneDeskError('exports/no-rows')
  await writeFileAtomically(path, (write) => writePieces(printRows(rows, format), write))
  return { path, rows: rows.length, apostrophes: format === 'csv' ? countApostrophes(rows) : 0 }
}

async function writePieces(texts: Iterable<string>, write: Write): Promise<void> {
  let piece = ''
  for (const text of texts) {
    piece += text
    if (piece.length < PIECE_CHARACTERS) continue
    await write(new TextEncoder().encode(piece))
    piece = ''
  }
  await write(new TextEncoder().encode(piece))
}
