import { expect, it, onTestFinished } from 'vitest'
import type { RunChange, RunSummary } from '../../src-main/contract/areas/runs.ts'
import type { Handlers } from '../../src-main/contract/contract.ts'
import { createEngine } from '../../src-main/host/createEngine.ts'
import { forkEngine } from '../../src-main/host/forkEngine.ts'
import { openBackend } from '../../src-main/services/backend.ts'
import { goldenFolder } from '../golden/golden.ts'
import { serviceContext, type TestContext } from '../support/serviceContext.ts'

/** Steps that are trained while a test looks on. */
const STEPS = 60
const SAVE_STEPS = 4

/** A project whose runs a real process carries out, with the numbers of the processes. */
async function openProject() {
  const fork = forkEngine(['--import', 'tsx'])
  const pids: number[] = []
  const training = createEngine({
    spawn(log) {
      const child = fork(log)
      if (child.pid !== undefined) pids.push(child.pid)
      return child
    },
  })
  const context = await serviceContext({ training })
  const backend = await openBackend(context)
  onTestFinished(() => backend.close())
  const call = <Name extends keyof Handlers>(name: Name, argument: Parameters<Handlers[Name]>[0]): ReturnType<Handlers[Name]> => {
    const handler = backend.handlers[name] as ((argument: unknown) => ReturnType<Handlers[Name]>) | undefined
    if (!handler) throw new Error(`nothing answers ${name}`)
    return handler(argument)
  }
  const { folder: project } = await call('projects.create', { name: 'Poems', sample: 'poems' })
  const settings = { max_steps: STEPS, save_strategy: 'steps', save_steps: SAVE_STEPS, save_total_limit: 2 } as const
  await call('projects.changePlan', { project, plan: { model: goldenFolder('qwen2'), settings } })
  return { context, call, project, pids }
}

const changesOf = (context: TestContext, run: string): RunChange[] =>
  context.toldOf('runs.changed').filter(({ runId }) => runId === run)

async function until(context: TestContext, run: string, holds: (summary: RunSummary) => boolean): Promise<RunSummary> {
  for (;;) {
    const summary = changesOf(context, run).at(-1)?.summary
    if (summary && holds(summary)) return summary
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

it('a run whose engine was killed shows the numbers and answers of one that never was, each once', async () => {
  const { context, call, project, pids } = await openProject()
  const whole = await call('runs.start', { project })
  await until(context, whole.id, ({ phase }) => phase === 'finished')

  const { id: run } = await call('runs.start', { project })
  await until(context, run, ({ safeStep, step }) => safeStep !== null && step > safeStep)
  process.kill(pids.at(-1) ?? NaN, 'SIGKILL')
  const cut = await until(context, run, ({ phase }) => phase === 'interrupted')
  expect(cut.step).toBeLessThan(STEPS)
  await call('runs.resume', { project, run })
  await until(context, run, ({ phase }) => phase === 'finished')
  const numbers = async (id: string) => {
    const { log, metrics, samples } = await call('runs.open', { project, run: id })
    return {
      log: log.map(({ step, loss, grad_norm, train_loss }) => ({ step, loss, grad_norm, train_loss })),
      metrics: metrics.map(({ step, loss, gradientNorm }) => ({ step, loss, gradientNorm })),
      samples,
    }
  }
  expect(await numbers(run)).toEqual(await numbers(whole.id))
}, 120_000)
