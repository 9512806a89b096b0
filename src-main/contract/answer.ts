import type { ErrorCode, ErrorParameters } from './error.ts'

/** What a call gives across a process boundary, where an error cannot be thrown: its value, or a page of the error book. */
export type Answer<Value> = { ok: true; value: Value } | { ok: false; code: ErrorCode; parameters: ErrorParameters }
