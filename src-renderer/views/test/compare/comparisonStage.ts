import type { RunSummary } from '../../../../src-main/contract/areas/runs.ts'
import type { TestPhase } from '../../../../src-main/contract/areas/tests.ts'
import type { TestReport } from '../../../../src-main/contract/testReport.ts'

/** How far one side of a comparison is. It follows from its run and its test alone, so that it survives anything. */
export type SideStage =
  'gone' | Exclude<RunSummary['phase'], 'finished'> | 'test-waiting' | 'testing' | 'test-stopped' | 'test-failed' | 'done'

export function sideStage(run: RunSummary | undefined, test: TestPhase, hasReport: boolean): SideStage {
  if (!run) return 'gone'
  if (run.phase !== 'finished') return run.phase
  if (test === 'asking') return 'testing'
  if (hasReport) return 'done'
  if (test === 'stopped') return 'test-stopped'
  return test === 'failed' ? 'test-failed' : 'test-waiting'
}

const recites = (report: TestReport): boolean => report.verdict.kind === 'recites'

/** Whether the comparison shows what it should: what learned everything recites, what learned the answers does not. */
export const isProved = (answer: TestReport, everything: TestReport): boolean => !recites(answer) && recites(everything)
