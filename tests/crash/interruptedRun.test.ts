import { setTimeout as delay } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import type { RunSummary } from '../../src-main/contract/areas/runs.ts'
import type { SpawnEngine } from '../../src-main/host/childProcess.ts'
import { createEngines } from '../../src-main/host/createEngines.ts'
import { forkEngine } from '../../src-main/host/forkEngine.ts'
import { openBackend } from '../../src-main/services/backend.ts'
import { goldenFolder } from '../golden/golden.ts'
import { refusal } from '../support/refusal.ts'
import { serviceContext } from '../support/serviceContext.ts'

const MAX_STEPS = 150

test('a run whose engine is killed says at which step it stopped and which is safe; the queue goes on, and Resume finishes it', async () => {
  const pids: number[] = []
  const fork = forkEngine(['--import', 'tsx'])
  const spawn: SpawnEngine = (log) => {
    const child = fork(log)
    if (child.pid !== undefined) pids.push(child.pid)
    return child
  }
  const context = await serviceContext(createEngines(spawn))
  const backend = await openBackend(context)
  onTestFinished(() => backend.close())
  const handlers = backend.handlers
  const newest = (id: string): RunSummary | undefined =>
    context
      .toldOf('runs.changed')
      .filter(({ runId }) => runId === id)
      .at(-1)?.summary
  const until = async (id: string, holds: (summary: RunSummary) => boolean): Promise<RunSummary> => {
    for (;;) {
      const summary = newest(id)
      if (summary && holds(summary)) return summary
      await delay(5)
    }
  }

  const { folder: project } = await handlers['projects.create']({ name: 'Poems', sample: 'poems' })
  const settings = { max_steps: MAX_STEPS, sample_each_epoch: false, save_strategy: 'steps', save_steps: 5 } as const
  await handlers['projects.changePlan']({ project, plan: { model: goldenFolder('qwen2'), settings } })
  const killed = await handlers['runs.start']({ project })
  const queued = await handlers['runs.start']({ project })

  await until(killed.id, ({ step }) => step >= 12)
  process.kill(pids[0] ?? NaN, 'SIGKILL')
  const interrupted = await until(killed.id, ({ phase }) => phase === 'interrupted')
  expect(interrupted.problem).toEqual(refusal('engine/ended', { reason: 'SIGKILL' }))
  expect(interrupted.step).toBeGreaterThanOrEqual(12)
  expect(interrupted.safeStep).toBeGreaterThanOrEqual(10)
  expect(interrupted.safeStep).toBeLessThanOrEqual(interrupted.step)

  expect((await until(queued.id, ({ phase }) => phase === 'finished' || phase === 'failed')).problem).toBeNull()
  await handlers['runs.resume']({ project, run: killed.id })
  const finished = await until(killed.id, ({ phase }) => phase === 'finished' || phase === 'failed')
  expect(finished).toMatchObject({ phase: 'finished', step: MAX_STEPS, problem: null })
  expect(pids).toHaveLength(2)
})
