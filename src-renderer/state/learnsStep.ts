import type { LearnsOverview, RowMark } from '../../src-main/contract/areas/learns.ts'
import type { StepState } from './place.ts'

/** What should be looked at before a training; a token across the boundary is only worth knowing. */
const NEEDS_ATTENTION: readonly RowMark[] = ['nothing-to-learn', 'answer-cut', 'end-mark-missing', 'end-mark-inside', 'left-out']

export const needsAttention = (mark: RowMark): boolean => NEEDS_ATTENTION.includes(mark)

/** How step 2 stands. */
export function learnsStep(overview: LearnsOverview | null): StepState {
  if (overview === null || overview.phase === 'empty') return 'empty'
  if (overview.phase === 'tokenising') return 'busy'
  const isOdd = overview.phase === 'failed' || overview.phase === 'stopped' || overview.blockers.length > 0
  return isOdd || overview.marks.some(({ mark }) => needsAttention(mark)) ? 'attention' : 'ready'
}
