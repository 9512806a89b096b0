import { SvelteSet } from 'svelte/reactivity'
import type { RunId } from '../../src-main/contract/areas/runs.ts'
import type { Client } from '../../src-main/contract/client.ts'

/** Which runs of the open project are being tested, wherever in the window a person is. */
export class ProjectTesting {
  readonly #listening: (() => void)[]
  readonly #runs = new SvelteSet<RunId>()
  readonly isTesting: boolean = $derived(this.#runs.size > 0)

  constructor(client: Client, project: string) {
    this.#listening = [
      client.on('tests.changed', ({ project: of, runId, state }) => {
        if (of !== project) return
        if (state.phase === 'waiting' || state.phase === 'asking') this.#runs.add(runId)
        else this.#runs.delete(runId)
      }),
      client.on('runs.removed', ({ project: of, runId }) => {
        if (of === project) this.#runs.delete(runId)
      }),
    ]
  }

  close(): void {
    for (const end of this.#listening) end()
  }
}
