import type { TestedModel } from '../../../../src-main/contract/areas/tests.ts'
import type { ProbeGroup, ProbeResult } from '../../../../src-main/contract/testReport.ts'

/** A row with all that was answered to it. */
export interface TestRow {
  key: string
  group: ProbeGroup
  /** Where it stands among the examples, from 0: see ProbeResult. */
  row: number
  instruct: string
  input: string
  /** Null where only the instruction was asked yet. */
  label: string | null
  before: ProbeResult | null
  after: ProbeResult | null
  /** To the instruction alone; null where it was not asked, or where there is nothing to leak. */
  leakBefore: ProbeResult | null
  leak: ProbeResult | null
}

export const FILTERS = ['all', 'wrong', 'held-out', 'leaks'] as const
export type RowFilter = (typeof FILTERS)[number]

/** From this share of its input on, an answer to the instruction alone is worth a look. */
const LEAK_WORTH_A_LOOK = 0.1

export const leaks = ({ leak }: TestRow): boolean => (leak?.leak_score ?? 0) >= LEAK_WORTH_A_LOOK
const isWrong = ({ after }: TestRow): boolean => after !== null && !after.exact_match

export function isShown(row: TestRow, filter: RowFilter): boolean {
  return { all: true, wrong: isWrong(row), 'held-out': row.group === 'held-out', leaks: leaks(row) }[filter]
}

const emptyRow = (key: string, { group, row, instruct }: ProbeResult): TestRow => ({
  key,
  group,
  row,
  instruct,
  input: '',
  label: null,
  before: null,
  after: null,
  leakBefore: null,
  leak: null,
})

/** A result, and whose. */
export interface ModelResult {
  model: TestedModel
  result: ProbeResult
}

/** Rows with what was answered to them until now, in the order in which they were first asked. */
export interface TestRows {
  add(results: readonly ModelResult[]): void
  list(): readonly TestRow[]
}

export function createTestRows(): TestRows {
  const rows = new Map<string, TestRow>()
  return {
    add: (results) => {
      for (const { model, result } of results) addResult(rows, model, result)
    },
    list: () => [...rows.values()],
  }
}

function addResult(rows: Map<string, TestRow>, model: TestedModel, result: ProbeResult): void {
  const key = `${result.group} ${result.row}`
  const row = rows.get(key) ?? emptyRow(key, result)
  const isTuned = model === 'tuned'
  rows.set(
    key,
    result.probe === 'answer'
      ? { ...row, input: result.input, label: result.label, [isTuned ? 'after' : 'before']: result }
      : { ...row, [isTuned ? 'leak' : 'leakBefore']: result },
  )
}
