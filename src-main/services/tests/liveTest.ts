import type { TestChange, TestedModel, TestSnapshot, TestState } from '../../contract/areas/tests.ts'
import type { ProbeResult } from '../../contract/testReport.ts'
import type { Clock } from '../clock.ts'
import { createPacer, type Pacer } from '../pacer.ts'

/** The test of one run: what it is now, and what of that the window has not been told yet. */
export class LiveTest {
  state: TestState = { phase: 'none', progress: null, problem: null }
  partial: TestSnapshot['partial'] = { untrained: [], tuned: [] }
  /** While it goes on, or waits. */
  going: { stop: AbortController; done: Promise<void> } | null = null
  #seq = 0
  #news: TestChange['results'] = []
  readonly #pacer: Pacer
  readonly #tell: (change: Pick<TestChange, 'seq' | 'state' | 'results'>) => void

  constructor(clock: Clock, tell: (change: Pick<TestChange, 'seq' | 'state' | 'results'>) => void) {
    this.#pacer = createPacer(clock, () => this.#tellNews())
    this.#tell = tell
  }

  get seq(): number {
    return this.#seq
  }

  /** The window hears of it at once: a beginning, an end. */
  change(state: Partial<TestState>): void {
    this.state = { ...this.state, ...state }
    this.tellNow()
  }

  /** A new test begins: what there was of the one before is forgotten, and who watches is told to read it anew. */
  begin(): void {
    this.partial = { untrained: [], tuned: [] }
    this.#news = []
    this.#seq++
    this.change({ phase: 'waiting', progress: null, problem: null })
  }

  hear(model: TestedModel, result: ProbeResult, progress: NonNullable<TestState['progress']>): void {
    this.partial[model].push(result)
    this.#news.push({ model, result })
    this.state = { ...this.state, phase: 'asking', progress }
    this.#pacer.soon()
  }

  tellNow(): void {
    this.#pacer.now()
  }

  #tellNews(): void {
    const results = this.#news
    this.#news = []
    this.#seq++
    this.#tell({ seq: this.#seq, state: this.state, results })
  }
}
