import type { RunChange, RunId, RunSnapshot } from '../../../src-main/contract/areas/runs.ts'
import type { Client } from '../../../src-main/contract/client.ts'
import type { TuneDeskError } from '../../../src-main/contract/error.ts'
import { asTuneDeskError } from '../../state/notices.svelte.ts'

/** From so many points on, those of a long run are read anew, thinned by the main process. */
const MOST_POINTS = 8000

/** A run with all that was measured: a snapshot, and every change since. */
export class RunDetails {
  readonly id: RunId
  readonly #client: Client
  readonly #project: string
  readonly #listening: (() => void)[]
  /** Changes that came while the snapshot was on its way. */
  #early: RunChange[] = []
  #isReading = false
  snapshot: RunSnapshot | undefined = $state.raw()
  error: TuneDeskError | undefined = $state.raw()

  constructor(client: Client, project: string, id: RunId) {
    this.id = id
    this.#client = client
    this.#project = project
    this.#listening = [
      client.on('runs.changed', (change) => {
        if (change.project === project && change.runId === id) this.#take(change)
      }),
      client.watchConnection((isConnected) => {
        if (isConnected) void this.read()
      }),
    ]
    void this.read()
  }

  async read(): Promise<void> {
    if (this.#isReading) return
    this.#isReading = true
    this.#early = []
    try {
      this.snapshot = await this.#client.call('runs.open', { project: this.#project, run: this.id })
      this.error = undefined
    } catch (error) {
      this.error = asTuneDeskError(error)
    } finally {
      this.#isReading = false
    }
    for (const change of this.#early) this.#take(change)
  }

  close(): void {
    for (const stop of this.#listening) stop()
  }

  #take(change: RunChange): void {
    if (this.#isReading) {
      this.#early.push(change)
      return
    }
    const before = this.snapshot
    if (!before || change.seq <= before.seq) return
    if (change.seq > before.seq + 1 || before.metrics.length > MOST_POINTS) {
      void this.read()
      return
    }
    this.snapshot = {
      seq: change.seq,
      summary: change.summary,
      log: [...before.log, ...change.log],
      metrics: [...before.metrics, ...change.metrics],
      samples: [...before.samples, ...change.samples],
      warnings: [...before.warnings, ...change.warnings],
    }
  }
}
