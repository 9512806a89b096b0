import { expect, it } from 'vitest'
import type { RunChange, RunSummary } from '../../../../src-main/contract/areas/runs.ts'
import { createSettings } from '../../../../src-main/contract/trainingSettings.ts'
import type { JobEvent } from '../../../../src-main/jobs/jobs.ts'
import { LiveRun } from '../../../../src-main/services/runs/liveRun.ts'
import { fakeTimers } from '../../../support/fakeTimers.ts'

const SUMMARY: RunSummary = {
  id: 'run-1',
  project: '/project',
  folder: '/project/runs/run-1',
  name: '#1',
  phase: 'preparing',
  createdAt: '2026-01-01T00:00:00.000Z',
  model: { name: 'starter', parameterCount: 1 },
  settings: createSettings({}),
  rows: 0,
  heldOutRows: 0,
  step: 0,
  maxSteps: 0,
  epoch: 0,
  seconds: 0,
  tokenised: null,
  secondsLeft: null,
  loss: null,
  evalLoss: null,
  safeStep: null,
  problem: null,
  verdict: null,
  adapterBytes: null,
}
const NO_DETAILS = { log: [], metrics: [], samples: [] }

const progress = (step: number): JobEvent<'train'> => ({
  kind: 'progress',
  step,
  maxSteps: 10_000,
  epoch: step / 10,
  loss: 5 / step,
  gradientNorm: 1,
  learningRate: 1e-4,
  tokensPerSecond: 100,
  memory: 1e9,
  seconds: step * 0.01,
  secondsLeft: 1,
})

function watched() {
  const clock = fakeTimers()
  const told: (RunChange & { at: number })[] = []
  const run = new LiveRun(SUMMARY, clock, (change) => told.push({ ...change, at: clock.now() }))
  run.beginSitting(NO_DETAILS, 0)
  return { clock, told, run }
}

it('tells of a hundred steps a second at most ten times, and of each step once', () => {
  const { clock, told, run } = watched()
  for (let step = 1; step <= 300; step++) {
    run.hear(progress(step))
    clock.pass(0.01)
  }
  clock.pass(1)
  expect(told.length).toBeLessThanOrEqual(31)
  expect(told.length).toBeGreaterThanOrEqual(29)
  told.slice(1).forEach(({ at }, i) => expect(at - (told[i]?.at ?? 0)).toBeGreaterThanOrEqual(100))
  expect(told.flatMap(({ metrics }) => metrics.map(({ step }) => step))).toEqual(Array.from({ length: 300 }, (_, i) => i + 1))
  expect(told.at(-1)?.summary).toMatchObject({ step: 300, loss: 5 / 300 })
})

it('numbers what it tells without a gap', () => {
  const { clock, told, run } = watched()
  for (let step = 1; step <= 50; step++) {
    run.hear(progress(step))
    clock.pass(0.03)
  }
  told.slice(1).forEach(({ seq }, i) => expect(seq).toBe((told[i]?.seq ?? 0) + 1))
})

it('gives a snapshot that the next change continues', () => {
  const { clock, told, run } = watched()
  run.hear(progress(1))
  clock.pass(0.01)
  run.hear(progress(2)) // not told yet
  const snapshot = run.snapshot(run.details ?? NO_DETAILS)
  expect(snapshot.metrics.map(({ step }) => step)).toEqual([1, 2])
  run.hear(progress(3))
  clock.pass(0.2)
  const next = told.find(({ seq }) => seq === snapshot.seq + 1)
  expect(next?.metrics.map(({ step }) => step)).toEqual([3])
})

it('leaves a gap in the numbers where a sitting begins again behind a checkpoint, and forgets what came after it', () => {
  const { clock, told, run } = watched()
  for (const step of [1, 2, 3]) run.hear(progress(step))
  clock.pass(0.2)
  const before = told.at(-1)?.seq ?? 0
  run.beginSitting(run.details ?? NO_DETAILS, 2)
  run.hear(progress(3))
  clock.pass(0.2)
  expect(told.at(-1)?.seq).toBeGreaterThan(before + 1)
  expect(run.snapshot(run.details ?? NO_DETAILS).metrics.map(({ step }) => step)).toEqual([1, 2, 3])
})

it('tells an epoch’s end once, though it comes again after a checkpoint just before it', () => {
  const { clock, run } = watched()
  const end = (evalRuntime: number): JobEvent<'train'>[] => [
    { kind: 'log', line: { loss: 2, grad_norm: 1, learning_rate: 1e-4, epoch: 1, step: 3 } },
    { kind: 'log', line: { eval_loss: 3, eval_runtime: evalRuntime, epoch: 1, step: 3 } },
    { kind: 'sample', epoch: 1, step: 3, question: 'q', answer: 'a', label: 'l' },
  ]
  for (const event of [progress(3), ...end(0.5)]) run.hear(event)
  run.beginSitting(run.details ?? NO_DETAILS, 3)
  for (const event of end(0.6)) run.hear(event)
  clock.pass(0.2)
  const { log, samples } = run.snapshot(run.details ?? NO_DETAILS)
  expect(log.map((line) => Object.keys(line)[0])).toEqual(['loss', 'eval_loss'])
  expect(samples).toHaveLength(1)
})

it('warns of rows with nothing to learn by the numbers that a person counts', () => {
  const { clock, told, run } = watched()
  run.hear({ kind: 'warning', warning: { kind: 'rows-with-nothing-to-learn', rows: [0, 6] } })
  clock.pass(0.2)
  const warning = { code: 'train/rows-with-nothing-to-learn', parameters: { rows: '1, 7' } }
  expect(told.flatMap(({ warnings }) => warnings)).toEqual([warning])
  expect(run.snapshot(NO_DETAILS).warnings).toEqual([warning])
})

it('tells how many rows are tokenised while it is prepared, and nothing of it afterwards', () => {
  const { clock, told, run } = watched()
  run.hear({ kind: 'tokenising', done: 2_000, total: 5_000 })
  clock.pass(1)
  expect(told.at(-1)?.summary.tokenised).toEqual({ done: 2_000, total: 5_000 })
  run.endSitting({ phase: 'paused' })
  expect(told.at(-1)?.summary.tokenised).toBeNull()
})
