import type { Plan } from '../../../../src-main/contract/areas/projects.ts'
import type { Estimate } from '../../../../src-main/contract/areas/runs.ts'
import type { Client } from '../../../../src-main/contract/client.ts'
import { Loaded } from '../../../state/loaded.svelte.ts'
import type { OpenProject } from '../../../state/openProject.svelte.ts'

/** A person types and chooses in bursts. */
const QUIET_MILLISECONDS = 400
/** A step that takes no longer than this is measured without being asked to. */
const SECONDS_MEASURED_UNASKED = 4

/** What the run would take that the form describes: by a formula at once, and measured where that is quick or wanted. */
export class RunEstimate {
  readonly #client: Client
  readonly #project: OpenProject
  readonly #loaded = new Loaded<Estimate>()
  #followed: { plan: Plan; rowsVersion: number | undefined } | undefined
  isMeasuring = $state(false)

  constructor(client: Client, project: OpenProject) {
    this.#client = client
    this.#project = project
  }

  get value(): Estimate | undefined {
    return this.#loaded.value
  }

  get error() {
    return this.#loaded.error
  }

  get isLoading(): boolean {
    return this.#loaded.isLoading
  }

  /** Asks anew, a moment after the plan or the rows changed. @returns a function that forgets about it */
  follow(plan: Plan, rowsVersion: number | undefined): () => void {
    if (plan === this.#followed?.plan && rowsVersion === this.#followed.rowsVersion) return () => undefined
    const timer = setTimeout(() => {
      this.#followed = { plan, rowsVersion }
      void this.#ask()
    }, QUIET_MILLISECONDS)
    return () => clearTimeout(timer)
  }

  /** Asks once more, after something went wrong. */
  again(): Promise<void> {
    return this.#ask()
  }

  async measure(): Promise<void> {
    this.isMeasuring = true
    await this.#loaded.load(() => this.#client.call('runs.estimate', { project: this.#project.folder, measure: true }))
    this.isMeasuring = false
  }

  async #ask(): Promise<void> {
    await this.#loaded.load(() => this.#client.call('runs.estimate', { project: this.#project.folder, measure: false }))
    const { value } = this
    const isBusy = this.#project.runs.some(({ phase }) => phase === 'training' || phase === 'preparing')
    if (!value || isBusy || value.blockers.length > 0 || value.verdict !== 'fits') return
    if (value.seconds.high / value.steps <= SECONDS_MEASURED_UNASKED) await this.measure()
  }
}
