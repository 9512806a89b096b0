import { z } from 'zod'
import { call } from '../define.ts'
import { project } from './projects.ts'

/** `jsonl` and `json` keep every character. `csv` is for spreadsheets: a cell that could be taken for a formula gets an apostrophe. */
export const EXPORT_FORMATS = ['jsonl', 'json', 'csv'] as const
export type ExportFormat = (typeof EXPORT_FORMATS)[number]

export const exports = {
  calls: {
    /** Writes rows into a file, as a whole or not at all. @throws files/cannot-write, files/disk-full, exports/no-rows */
    'exports.rows': call<{ path: string; rows: number; /** Cells that got an apostrophe. */ apostrophes: number }>()(
      z.strictObject({
        project,
        format: z.enum(EXPORT_FORMATS),
        path: z.string(),
        which: z.enum(['all', 'trained', 'held-out']),
        /** Only these of them. */
        ids: z.exactOptional(z.array(z.int().nonnegative())),
      }),
    ),
  },
}
