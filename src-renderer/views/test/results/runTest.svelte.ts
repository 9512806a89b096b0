import type { TestChange, TestSnapshot, TestState } from '../../../../src-main/contract/areas/tests.ts'
import type { RunId } from '../../../../src-main/contract/areas/runs.ts'
import type { Client } from '../../../../src-main/contract/client.ts'
import type { TuneDeskError } from '../../../../src-main/contract/error.ts'
import type { RowSample, TestReport } from '../../../../src-main/contract/testReport.ts'
import { asTuneDeskError } from '../../../state/notices.svelte.ts'
import { createTestRows, type ModelResult, type TestRow } from './testRow.ts'

const isSameSample = (a: RowSample | null | undefined, b: RowSample | null | undefined): boolean =>
  a?.rows === b?.rows && a?.seed === b?.seed

/** The test of a run: the last one, and the one that goes on. */
export class RunTest {
  readonly run: RunId
  readonly #client: Client
  readonly #project: string
  readonly #listening: (() => void)[]
  #seq = 0
  #loading: Promise<void> | null = null
  /** What was told while the snapshot was on its way. */
  #missed: TestChange[] = []
  #asked = createTestRows()
  isLoaded = $state(false)
  error: TuneDeskError | null = $state.raw(null)
  state: TestState = $state.raw({ phase: 'none', progress: null, problem: null })
  /** The last test that came to its end. */
  tuned: TestReport | null = $state.raw(null)
  /** Of the same rows. */
  untrained: TestReport | null = $state.raw(null)
  rows: readonly TestRow[] = $state.raw([])

  readonly isGoing: boolean = $derived(this.state.phase === 'waiting' || this.state.phase === 'asking')

  constructor(client: Client, project: string, run: RunId) {
    this.#client = client
    this.#project = project
    this.run = run
    this.#listening = [
      client.on('tests.changed', (change) => {
        if (change.project === project && change.runId === run) this.#hear(change)
      }),
      client.watchConnection((isConnected) => {
        if (!isConnected) return
        // Whoever answers now may count anew.
        this.#seq = 0
        void this.load()
      }),
    ]
  }

  load(): Promise<void> {
    this.#loading ??= this.#read()
    return this.#loading
  }

  async start(untrained: boolean, sample: RowSample | null): Promise<void> {
    await this.#client.call('tests.start', { project: this.#project, run: this.run, untrained, sample })
  }

  async stop(): Promise<void> {
    await this.#client.call('tests.stop', { project: this.#project, run: this.run })
  }

  close(): void {
    for (const end of this.#listening) end()
  }

  async #read(): Promise<void> {
    try {
      const snapshot = await this.#client.call('tests.result', { project: this.#project, run: this.run })
      this.#take(snapshot)
      this.error = null
    } catch (error) {
      this.error = asTuneDeskError(error)
    }
    this.isLoaded = true
    this.#loading = null
    const missed = this.#missed
    this.#missed = []
    for (const change of missed) this.#hear(change)
  }

  #hear(change: TestChange): void {
    if (this.#loading) this.#missed.push(change)
    if (this.#loading || change.seq <= this.#seq) return
    const { seq, state, results } = change
    const isNext = seq === this.#seq + 1
    this.#seq = seq
    this.state = state
    // A whole test is read as it was saved.
    if (!isNext || state.phase === 'done') void this.load()
    else if (results.length > 0) this.#add(results)
  }

  #take({ seq, state, tuned, untrained, partial }: TestSnapshot): void {
    this.#seq = seq
    this.state = state
    this.tuned = tuned
    this.untrained = tuned && untrained && isSameSample(tuned.sample, untrained.sample) ? untrained : null
    const isPartial = state.phase !== 'done' && partial.untrained.length + partial.tuned.length > 0
    this.#asked = createTestRows()
    this.#add([
      ...(isPartial ? partial.untrained : (this.untrained?.results ?? [])).map((result) => ({
        model: 'untrained' as const,
        result,
      })),
      ...(isPartial ? partial.tuned : (tuned?.results ?? [])).map((result) => ({ model: 'tuned' as const, result })),
    ])
  }

  #add(results: readonly ModelResult[]): void {
    this.#asked.add(results)
    this.rows = this.#asked.list()
  }
}
