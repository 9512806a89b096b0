import type { Comparison } from '../../../../src-main/contract/areas/tests.ts'
import type { Client } from '../../../../src-main/contract/client.ts'
import { Loaded } from '../../../state/loaded.svelte.ts'
import { RunTest } from '../results/runTest.svelte.ts'

/** Which two runs are compared, with the test of each. */
export class ComparisonView {
  readonly #client: Client
  readonly #project: string
  readonly #listening: (() => void)[]
  readonly comparison = new Loaded<Comparison | null>()
  answer: RunTest | null = $state.raw(null)
  everything: RunTest | null = $state.raw(null)

  constructor(client: Client, project: string) {
    this.#client = client
    this.#project = project
    this.#listening = [
      client.on('tests.comparisonChanged', ({ project: of }) => {
        if (of === project) void this.load()
      }),
    ]
  }

  async load(): Promise<void> {
    await this.comparison.load(() => this.#client.call('tests.comparison', { project: this.#project }))
    this.#follow(this.comparison.value ?? null)
  }

  async start(names: { answer: string; everything: string }): Promise<void> {
    await this.#client.call('tests.compare', { project: this.#project, names })
    await this.load()
  }

  async end(): Promise<void> {
    await this.#client.call('tests.endComparison', { project: this.#project })
  }

  close(): void {
    for (const end of this.#listening) end()
    this.#follow(null)
  }

  #follow(comparison: Comparison | null): void {
    for (const side of ['answer', 'everything'] as const) {
      const run = comparison?.[side]
      if (this[side]?.run === run) continue
      this[side]?.close()
      this[side] = run === undefined ? null : new RunTest(this.#client, this.#project, run)
      void this[side]?.load()
    }
  }
}
