import type { RunSummary } from '../../src-main/contract/areas/runs.ts'
import type { StepState } from './place.ts'

/** How step 4 stands: by the newest model that there is. */
export function testStep(runs: readonly RunSummary[], isTesting: boolean): StepState {
  if (isTesting) return 'busy'
  const newest = runs.find(({ phase }) => phase === 'finished')
  if (!newest) return 'empty'
  const { verdict, settings } = newest
  if (verdict === null) return 'ready'
  // Who lets it learn everything has chosen that it recites.
  const isAsMeant = verdict.kind === 'learned' || (verdict.kind === 'recites' && settings.loss_on === 'everything')
  return isAsMeant ? 'done' : 'attention'
}
