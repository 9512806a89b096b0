import type { RowSample } from './testReport.ts'

/** More rows than this take so long that some of them are asked, unless a person wants all. */
const MANY_ROWS = 400
const SAMPLE: RowSample = { rows: 200, seed: 42 }

/** Which of so many rows a test asks; null: all. */
export const sampleFor = (rows: number): RowSample | null => (rows > MANY_ROWS ? SAMPLE : null)
