import { expect } from 'vitest'
import type { ErrorCode } from '../../src-main/contract/error.ts'

/** Matches a TuneDeskError with this code and, among its parameters, these. For `rejects.toThrow…`: `rejects.toEqual(refusal(…))`. */
export const refusal = (code: ErrorCode, parameters: Record<string, unknown> = {}): unknown =>
  expect.objectContaining({ code, parameters: expect.objectContaining(parameters) as unknown })
