import type { ProbeResult, TestReport } from '../../../contract/testReport.ts'

/** A test as it is written for somebody to read. */
export interface ReportedTest {
  /** The run's and its project's name, where it has them. */
  title?: string
  tuned: TestReport
  /** The same rows asked of the model before its training. */
  untrained?: TestReport | null
}

const keyOf = ({ group, row, probe, instruct, input }: ProbeResult): string =>
  JSON.stringify([group, row, probe, instruct, input])

/** What the untrained model answered to the question of a result; undefined where it was not asked. */
export function answersBefore({ untrained }: ReportedTest): (result: ProbeResult) => ProbeResult | undefined {
  const before = new Map((untrained?.results ?? []).map((result) => [keyOf(result), result]))
  return (result) => before.get(keyOf(result))
}
