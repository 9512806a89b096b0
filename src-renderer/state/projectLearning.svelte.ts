import type { LearnsOverview } from '../../src-main/contract/areas/learns.ts'
import type { Client } from '../../src-main/contract/client.ts'
import type { TuneDeskError } from '../../src-main/contract/error.ts'
import type { Translation } from '../i18n/translation.ts'
import { learnsStep } from './learnsStep.ts'
import { asTuneDeskError } from './notices.svelte.ts'
import type { StepState } from './place.ts'

/** While somebody types, what they have written is looked at when they pause. */
const MILLISECONDS_OF_A_PAUSE = 300
/** Before that a pace would be a guess. */
const SECONDS_UNTIL_A_PACE = 1

/** What the model learns from the project that is open, kept up to date wherever in the window a person is. */
export class ProjectLearning {
  readonly #client: Client
  readonly #project: string
  readonly #listening: (() => void)[]
  #timer: ReturnType<typeof setTimeout> | undefined
  overview: LearnsOverview | null = $state.raw(null)
  /** Until all rows are read, once it has gone on for a moment; null where that is not known, or nothing is being read. */
  secondsLeft: number | null = $state(null)
  /** Where reading began: the first overview of it. */
  #began: { at: number; done: number } | null = null
  /** Why it could not be asked for. */
  error: TuneDeskError | null = $state.raw(null)
  readonly step: StepState = $derived(learnsStep(this.overview))

  constructor(client: Client, project: string) {
    this.#client = client
    this.#project = project
    this.#listening = [
      client.on('learns.changed', (overview) => {
        if (overview.project === project) this.#take(overview)
      }),
      client.on('rows.changed', (rows) => {
        if (rows.project === project) this.refreshSoon()
      }),
      client.on('projects.changed', ({ folder }) => {
        if (folder === project) void this.refresh()
      }),
    ]
  }

  /** How much of the rows is read, from 0 to 1, while they are being read. */
  get share(): number | undefined {
    const { overview } = this
    return overview?.phase === 'tokenising' && overview.total > 0 ? overview.done / overview.total : undefined
  }

  /** The same in words, with how long it will take still. */
  progress({ text, duration }: Translation): string | undefined {
    const { overview, secondsLeft } = this
    if (overview?.phase !== 'tokenising') return undefined
    const { done, total } = overview
    return secondsLeft === null
      ? text('learns.tokenised', { done, total })
      : text('learns.tokenised-left', { done, total, time: duration(secondsLeft) })
  }

  /** @param resume goes on with what was stopped */
  async refresh(resume = false): Promise<void> {
    clearTimeout(this.#timer)
    try {
      this.#take(await this.#client.call('learns.overview', { project: this.#project, resume }))
      this.error = null
    } catch (error) {
      this.error = asTuneDeskError(error)
    }
  }

  /** Ends the reading of the rows; what it has found stays. */
  async stop(): Promise<void> {
    await this.#client.call('learns.stop', { project: this.#project })
  }

  refreshSoon(): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => void this.refresh(), MILLISECONDS_OF_A_PAUSE)
  }

  /** What was told before something newer may come after it. */
  #take(overview: LearnsOverview): void {
    if (this.overview && overview.seq < this.overview.seq) return
    this.overview = overview
    const { phase, done, total } = overview
    if (phase !== 'tokenising') {
      this.#began = null
      this.secondsLeft = null
      return
    }
    const now = performance.now()
    if (!this.#began || done < this.#began.done) this.#began = { at: now, done }
    const seconds = (now - this.#began.at) / 1000
    const read = done - this.#began.done
    this.secondsLeft = seconds > SECONDS_UNTIL_A_PACE && read > 0 ? ((total - done) * seconds) / read : null
  }

  close(): void {
    clearTimeout(this.#timer)
    for (const end of this.#listening) end()
  }
}
