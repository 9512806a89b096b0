import { expect, it } from 'vitest'
import type { ProbeResult } from '../../../../../src-main/contract/testReport.ts'
import { createTestRows, isShown, leaks } from '../../../../../src-renderer/views/test/results/testRow.ts'

const result = (given: Partial<ProbeResult>): ProbeResult => ({
  row: 0,
  group: 'trained',
  probe: 'answer',
  instruct: 'Q: ',
  input: 'x',
  answer: 'a',
  label: 'b',
  exact_match: false,
  chrf: 0,
  leak_score: null,
  ...given,
})

it('puts what both models answered to both probes into one row, in the order in which rows were asked', () => {
  const rows = createTestRows()
  rows.add([
    { model: 'untrained', result: result({ answer: 'before' }) },
    { model: 'untrained', result: result({ row: 0, group: 'held-out' }) },
    { model: 'untrained', result: result({ probe: 'leak', input: '', answer: 'alone' }) },
  ])
  rows.add([
    { model: 'tuned', result: result({ answer: 'b', exact_match: true }) },
    { model: 'tuned', result: result({ probe: 'leak', input: '', leak_score: 0.2 }) },
  ])
  const [first, second] = rows.list()
  expect(first).toMatchObject({
    key: 'trained 0',
    input: 'x',
    label: 'b',
    before: { answer: 'before' },
    after: { answer: 'b' },
    leakBefore: { answer: 'alone' },
    leak: { leak_score: 0.2 },
  })
  expect(second).toMatchObject({ group: 'held-out', after: null, leak: null })
})

it('filters what is wrong, held out, or gives something away; a row that was not asked yet is not wrong', () => {
  const rows = createTestRows()
  rows.add([
    { model: 'tuned', result: result({ row: 0, exact_match: true }) },
    { model: 'tuned', result: result({ row: 1 }) },
    { model: 'untrained', result: result({ row: 2 }) },
    { model: 'tuned', result: result({ row: 0, group: 'held-out' }) },
    { model: 'tuned', result: result({ row: 1, probe: 'leak', leak_score: 0.1 }) },
    { model: 'tuned', result: result({ row: 0, probe: 'leak', leak_score: 0.09 }) },
  ])
  const shown = (filter: Parameters<typeof isShown>[1]) => rows.list().flatMap((row) => (isShown(row, filter) ? row.key : []))
  expect(shown('all')).toHaveLength(4)
  expect(shown('wrong')).toEqual(['trained 1', 'held-out 0'])
  expect(shown('held-out')).toEqual(['held-out 0'])
  expect(shown('leaks')).toEqual(['trained 1'])
  expect(rows.list().filter(leaks)).toHaveLength(1)
})
