import { z } from 'zod'
import { isErrorCode } from './error.ts'

/** An error of the book as a file keeps it. */
export const problemSchema = z.object({
  code: z.string().refine(isErrorCode),
  parameters: z.record(z.string(), z.union([z.string(), z.number()])),
})
