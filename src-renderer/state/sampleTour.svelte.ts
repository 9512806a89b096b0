import type { RunId } from '../../src-main/contract/areas/runs.ts'
import type { Client } from '../../src-main/contract/client.ts'

interface TourSteps {
  /** The run has ended with a model. */
  onTrained: () => void
  /** Something has gone wrong on the way. */
  onError: (error: unknown) => void
}

/** The sample, from one click to a verdict: it trains, and then it tests what it has trained. */
export class SampleTour {
  stage: 'training' | 'testing' | 'ended' = $state('training')
  readonly #client: Client
  readonly #project: string
  readonly #run: RunId
  readonly #steps: TourSteps
  readonly #listening: (() => void)[]

  constructor(client: Client, project: string, run: RunId, steps: TourSteps) {
    this.#client = client
    this.#project = project
    this.#run = run
    this.#steps = steps
    const isOurs = (of: { project: string; runId: RunId }): boolean => of.project === project && of.runId === run
    this.#listening = [
      client.on('runs.changed', (change) => {
        if (!isOurs(change) || this.stage !== 'training') return
        const { phase } = change.summary
        if (phase === 'finished') void this.#test()
        // The person has taken it into their own hands, or there is a problem that the run shows.
        else if (phase === 'paused' || phase === 'failed' || phase === 'interrupted') this.end()
      }),
      client.on('runs.removed', (removed) => {
        if (isOurs(removed)) this.end()
      }),
      client.on('tests.changed', (change) => {
        if (isOurs(change) && ['done', 'stopped', 'failed'].includes(change.state.phase)) this.end()
      }),
    ]
  }

  /** What goes on goes on; nothing follows it. */
  end(): void {
    this.stage = 'ended'
    for (const stop of this.#listening) stop()
  }

  async #test(): Promise<void> {
    this.stage = 'testing'
    this.#steps.onTrained()
    try {
      await this.#client.call('tests.start', { project: this.#project, run: this.#run, untrained: true, sample: null })
    } catch (error) {
      this.end()
      this.#steps.onError(error)
    }
  }
}
