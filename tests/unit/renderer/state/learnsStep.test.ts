import { describe, expect, it } from 'vitest'
import type { LearnsOverview } from '../../../../src-main/contract/areas/learns.ts'
import { learnsStep } from '../../../../src-renderer/state/learnsStep.ts'

const overview: LearnsOverview = {
  project: '/p',
  seq: 1,
  version: 1,
  settings: { model: 'starter', max_length: 512, loss_on: 'answer', template: 'plain' },
  phase: 'known',
  problem: null,
  done: 2,
  total: 2,
  rows: { 'learned-from': 2, 'held-out': 0, 'left-out': 0 },
  lengths: [[10, 2]],
  counts: { given: 10, learned: 8, 'end-mark': 2, 'cut-off': 0 },
  taught: 10,
  read: 20,
  marks: [],
  blockers: [],
  hasChatTemplate: true,
}
const mark = (kind: LearnsOverview['marks'][number]['mark']) => [{ mark: kind, count: 1, ids: [0] }]

describe('step 2 in the rail', () => {
  it('is empty without rows, busy while they are read, ready when all of them teach', () => {
    expect(learnsStep(null)).toBe('empty')
    expect(learnsStep({ ...overview, phase: 'empty' })).toBe('empty')
    expect(learnsStep({ ...overview, phase: 'tokenising' })).toBe('busy')
    expect(learnsStep(overview)).toBe('ready')
  })

  it('asks for attention where something is lost or training cannot start', () => {
    expect(learnsStep({ ...overview, phase: 'failed' })).toBe('attention')
    expect(learnsStep({ ...overview, blockers: [{ code: 'batches/none', parameters: {} }] })).toBe('attention')
    expect(learnsStep({ ...overview, marks: mark('answer-cut') })).toBe('attention')
    expect(learnsStep({ ...overview, marks: mark('left-out') })).toBe('attention')
  })

  it('does not for a token across the boundary, which is only worth knowing', () => {
    expect(learnsStep({ ...overview, marks: mark('boundary-merge') })).toBe('ready')
  })
})
