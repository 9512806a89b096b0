import type { ErrorCode, ErrorParameters } from './error.ts'
import type { Verdict } from './verdict.ts'

/** Rows that the model was trained on, and rows that it has never seen. */
export type ProbeGroup = 'trained' | 'held-out'

/** The answer probe asks with instruction and input, the leak probe with the instruction alone. */
export type ProbeKind = 'answer' | 'leak'

export interface ProbeResult {
  /** Where the row stands in the project, or its file, from 0; in a run that did not keep this, in its group's list. */
  row: number
  group: ProbeGroup
  probe: ProbeKind
  instruct: string
  /** What was asked beside it; '' in the leak probe. */
  input: string
  answer: string
  /** What the row says; in the leak probe the label of a row with this instruction that is most like the answer. */
  label: string
  /** Answer and label are the same but for white space at their ends. */
  exact_match: boolean
  /** Likeness to the label, 0 to 100. */
  chrf: number
  /** How much of the row's input the answer repeats, 0 to 1; null in the answer probe, or where there is nothing to leak. */
  leak_score: number | null
  /** Why the row could not be asked; its answer is then '', which counts like any other. */
  error?: { code: ErrorCode; parameters: ErrorParameters }
}

export interface GroupSummary {
  rows: number
  exact_matches: number
  mean_chrf: number
  /** Rows whose input could leak. */
  leak_rows: number
  /** Rows whose leak score reaches RECITES. */
  reciting: number
  mean_leak_score: number
  max_leak_score: number
}

/** From half of an input on, an answer counts as reciting it. */
export const RECITES = 0.5

/** Some rows in the place of all. */
export interface RowSample {
  /** How many rows are asked, of both groups together. */
  rows: number
  /** What draws them: the same seed draws the same rows. */
  seed: number
}

/** What `test.json` holds. */
export interface TestReport {
  verdict: Verdict
  groups: Partial<Record<ProbeGroup, GroupSummary>>
  results: ProbeResult[]
  /** How many rows of each group there are. Not in reports of the first version, which asked all. */
  row_counts?: Record<ProbeGroup, number>
  /** Null or not there: all rows were asked. */
  sample?: RowSample | null
}
