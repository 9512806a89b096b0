import type { RunId, RunSummary } from '../../../src-main/contract/areas/runs.ts'
import type { Client } from '../../../src-main/contract/client.ts'
import type { OpenProject } from '../../state/openProject.svelte.ts'
import { RunDetails } from './runDetails.svelte.ts'

/** What the place Train shows: the form of a new run, one run, or several beside each other. */
export class TrainView {
  readonly #client: Client
  readonly project: OpenProject
  /** Null: the form of a new run. */
  selected: RunId | null = $state(null)
  /** Runs that are ticked, to be compared. */
  ticked: readonly RunId[] = $state.raw([])
  /** Of every run that is looked at. */
  #opened: readonly RunDetails[] = $state.raw([])

  readonly compared: readonly RunDetails[] = $derived.by(() => this.#opened.filter(({ id }) => this.ticked.includes(id)))
  readonly current: RunDetails | undefined = $derived.by(() => this.#opened.find(({ id }) => id === this.selected))
  readonly run: RunSummary | undefined = $derived.by(() => this.project.runs.find(({ id }) => id === this.selected))
  readonly isComparing: boolean = $derived.by(() => this.compared.length > 1)

  constructor(client: Client, project: OpenProject) {
    this.#client = client
    this.project = project
    const first = project.runs.find(({ phase }) => phase === 'training' || phase === 'preparing') ?? project.runs[0]
    if (first) this.select(first.id)
  }

  select(id: RunId | null): void {
    this.selected = id
    this.ticked = []
    this.#open(id === null ? [] : [id])
  }

  tick(id: RunId, isTicked: boolean): void {
    const others = this.ticked.filter((other) => other !== id)
    // What was looked at alone is compared with what is ticked first.
    const first = isTicked && others.length === 0 && this.selected !== null && this.selected !== id ? [this.selected] : others
    this.ticked = isTicked ? [...first, id] : others
    this.#open([...(this.selected === null ? [] : [this.selected]), ...this.ticked])
  }

  /** What is gone cannot be shown. */
  readonly leaveOut = (id: RunId): void => {
    this.ticked = this.ticked.filter((other) => other !== id)
    if (this.selected === id) this.select(this.project.runs.find((run) => run.id !== id)?.id ?? null)
  }

  close(): void {
    this.#open([])
  }

  #open(wanted: readonly RunId[]): void {
    const ids = wanted.filter((id, at) => wanted.indexOf(id) === at)
    for (const details of this.#opened) if (!ids.includes(details.id)) details.close()
    this.#opened = ids.map(
      (id) => this.#opened.find((details) => details.id === id) ?? new RunDetails(this.#client, this.project.folder, id),
    )
  }
}
