import { resolve } from 'node:path'
import { onTestFinished } from 'vitest'
import type { CallName, CheckedArgument, Value } from '../../src-main/contract/contract.ts'
import { openBackend, type Backend } from '../../src-main/services/backend.ts'
import type { TestContext } from './serviceContext.ts'

/** A model of a few thousand weights, which trains and answers in an instant. */
export const SMALL_MODEL = resolve('tests/golden/data/qwen2')

export type Call = <Name extends CallName>(name: Name, argument: CheckedArgument<Name>) => Promise<Value<Name>>

export function callerOf({ handlers }: Backend): Call {
  return (name, argument) => handlers[name](argument)
}

export async function waitUntil(test: () => boolean): Promise<void> {
  while (!test()) await new Promise((resolve) => setTimeout(resolve, 5))
}

/** A project of the two poems with a small model, and a run of it that is finished. */
export async function trainedSample(context: TestContext, settings: object = { num_train_epochs: 2 }) {
  const backend = await openBackend(context)
  onTestFinished(() => backend.close())
  const call = callerOf(backend)
  const { folder: project } = await call('projects.create', { name: 'Poems', sample: 'poems' })
  await call('projects.changePlan', { project, plan: { model: SMALL_MODEL, settings } })
  const { id: run } = await call('runs.start', { project })
  await waitUntil(() =>
    context.toldOf('runs.changed').some(({ runId, summary }) => runId === run && summary.phase === 'finished'),
  )
  return { backend, call, project, run }
}
