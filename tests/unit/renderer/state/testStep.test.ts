import { expect, it } from 'vitest'
import type { RunSummary } from '../../../../src-main/contract/areas/runs.ts'
import { testStep } from '../../../../src-renderer/state/testStep.ts'

const counts = { exact: 1, rows: 2, checkedForLeak: 2 }
const LEARNED = { kind: 'learned', ...counts } as const
const RECITES = { kind: 'recites', reciting: 2, ...counts } as const
const run = (verdict: RunSummary['verdict'], phase: RunSummary['phase'] = 'finished', loss_on = 'answer') =>
  ({ phase, verdict, settings: { loss_on } }) as RunSummary

it('step 4 stands as the newest finished run does', () => {
  expect(testStep([], false)).toBe('empty')
  expect(testStep([run(null, 'training')], false)).toBe('empty')
  expect(testStep([run(null)], false)).toBe('ready')
  expect(testStep([run(null, 'training'), run(LEARNED)], false)).toBe('done')
  expect(testStep([run({ kind: 'learned-partly', ...counts }), run(LEARNED)], false)).toBe('attention')
  expect(testStep([run(LEARNED)], true)).toBe('busy')
})

it('reciting is a fault only where the answers alone were to be learned', () => {
  expect(testStep([run(RECITES)], false)).toBe('attention')
  expect(testStep([run(RECITES, 'finished', 'everything')], false)).toBe('done')
})
