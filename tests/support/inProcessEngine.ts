import type { Engine, Engines } from '../../src-main/host/engine.ts'
import { jobs, type JobHooks } from '../../src-main/jobs/jobs.ts'

/** The engine's jobs in this very process, where a test needs no second one. What crosses is copied as between processes. */
export const inProcessEngine = (): Engine => ({
  async run(name, argument, { onEvent, signal } = {}) {
    // TypeScript cannot follow which job the name stands for.
    const work = jobs[name] as (argument: unknown, hooks: JobHooks<unknown>) => Promise<unknown>
    const hooks: JobHooks<unknown> = {
      onEvent: (event) => onEvent?.(structuredClone(event)),
      signal: signal ?? new AbortController().signal,
    }
    return structuredClone(await work(structuredClone(argument), hooks)) as never
  },
  close: async () => undefined,
})

/** All lanes as one. */
export function inProcessEngines(): Engines {
  const engine = inProcessEngine()
  return { training: engine, answers: engine, tokens: engine }
}
