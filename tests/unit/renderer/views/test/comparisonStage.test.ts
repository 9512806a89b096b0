import { expect, it } from 'vitest'
import type { RunSummary } from '../../../../../src-main/contract/areas/runs.ts'
import { isProved, sideStage } from '../../../../../src-renderer/views/test/compare/comparisonStage.ts'

const run = (phase: RunSummary['phase']) => ({ phase }) as RunSummary
const report = (kind: 'recites' | 'learned') => ({ verdict: { kind } }) as Parameters<typeof isProved>[0]

it('how far one side is follows from its run and its test', () => {
  expect(sideStage(undefined, 'none', false)).toBe('gone')
  expect(sideStage(run('interrupted'), 'none', false)).toBe('interrupted')
  expect(sideStage(run('finished'), 'none', false)).toBe('test-waiting')
  expect(sideStage(run('finished'), 'waiting', false)).toBe('test-waiting')
  expect(sideStage(run('finished'), 'asking', true)).toBe('testing')
  expect(sideStage(run('finished'), 'stopped', false)).toBe('test-stopped')
  expect(sideStage(run('finished'), 'failed', false)).toBe('test-failed')
  expect(sideStage(run('finished'), 'stopped', true)).toBe('done')
})

it('is proved where only what learned everything recites', () => {
  expect(isProved(report('learned'), report('recites'))).toBe(true)
  expect(isProved(report('recites'), report('recites'))).toBe(false)
  expect(isProved(report('learned'), report('learned'))).toBe(false)
})
