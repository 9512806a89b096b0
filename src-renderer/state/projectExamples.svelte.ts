import type { Client } from '../../src-main/contract/client.ts'
import type { Finding, FindingKind, RowId, RowsState } from '../../src-main/contract/areas/rows.ts'
import { Loaded } from './loaded.svelte.ts'
import type { StepState } from './place.ts'

/** What spoils the training or its test, rather than being a matter of taste. */
const SERIOUS: readonly FindingKind[] = ['empty-answer', 'two-answers', 'both-sides', 'broken-character']

/** Milliseconds without a change until the findings are asked for anew. */
const PAUSE = 300

/** What is odd about the rows of the project that is open: known wherever in the window a person is. */
export class ProjectExamples {
  readonly #client: Client
  readonly #folder: string
  readonly #stop: () => void
  #timer: ReturnType<typeof setTimeout> | undefined
  readonly findings = new Loaded<readonly Finding[]>()
  /** A row that another step leads to: step 1 goes to it when it is there. */
  wanted: RowId | null = $state(null)
  /** A file that the system asked to open: step 1 offers to import it. */
  wantedFile: string | null = $state(null)

  constructor(client: Client, folder: string) {
    this.#client = client
    this.#folder = folder
    this.#stop = client.on('rows.examined', ({ project }) => {
      if (project === folder) this.refreshSoon()
    })
  }

  step(rows: RowsState | null): StepState {
    if (!rows || rows.count === 0) return 'empty'
    return this.findings.value?.some(({ kind }) => SERIOUS.includes(kind)) ? 'attention' : 'ready'
  }

  refreshSoon(): void {
    clearTimeout(this.#timer)
    const project = this.#folder
    const read = async (): Promise<readonly Finding[]> => (await this.#client.call('rows.findings', { project })).findings
    this.#timer = setTimeout(() => void this.findings.load(read), PAUSE)
  }

  /** Stops listening. */
  close(): void {
    clearTimeout(this.#timer)
    this.#stop()
  }
}
