import { join, resolve } from 'node:path'
import { onTestFinished } from 'vitest'
import type { RunChange, RunSummary } from '../../src-main/contract/areas/runs.ts'
import type { Handlers } from '../../src-main/contract/contract.ts'
import { openBackend, type Backend } from '../../src-main/services/backend.ts'
import { type TestContext } from './serviceContext.ts'

export const caller =
  ({ handlers }: Backend) =>
  <Name extends keyof Handlers>(name: Name, argument: Parameters<Handlers[Name]>[0]): ReturnType<Handlers[Name]> => {
    const handler = handlers[name] as ((argument: unknown) => ReturnType<Handlers[Name]>) | undefined
    if (!handler) throw new Error(`nothing answers ${name}`)
    return handler(argument)
  }

export const TINY_MODEL = resolve('tests/golden/data/qwen2')

/** A project of the two poems: an epoch is an optimizer step. */
export async function openSample(context: TestContext, epochs = 4, model = TINY_MODEL) {
  const backend = await openBackend(context)
  onTestFinished(() => backend.close())
  const call = caller(backend)
  const { folder: project } = await call('projects.create', { name: 'Poems', sample: 'poems' })
  const settings = { num_train_epochs: epochs, sample_each_epoch: false }
  await call('projects.changePlan', { project, plan: { model, settings } })
  return { backend, call, project, folder: (run: string) => join(project, 'runs', run) }
}

export const changesOf = (context: TestContext, run: string): RunChange[] =>
  context.toldOf('runs.changed').filter(({ runId }) => runId === run)

export async function until(context: TestContext, run: string, holds: (summary: RunSummary) => boolean): Promise<RunSummary> {
  for (;;) {
    const summary = changesOf(context, run).at(-1)?.summary
    if (summary && holds(summary)) return summary
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}
export const isIn =
  (...phases: RunSummary['phase'][]) =>
  ({ phase }: RunSummary) =>
    phases.includes(phase)
export const hasStep = (least: number) => (summary: RunSummary) => summary.step >= least

/** Never ends by itself within a test. */
export const ENDLESS = 5_000
