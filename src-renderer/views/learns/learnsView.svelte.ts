import type { CutPreview, ExplainedToken, LearnsBatch, LearnsRow, RowMark } from '../../../src-main/contract/areas/learns.ts'
import type { RowId } from '../../../src-main/contract/areas/rows.ts'
import type { Client } from '../../../src-main/contract/client.ts'
import { Loaded } from '../../state/loaded.svelte.ts'
import type { OpenProject } from '../../state/openProject.svelte.ts'
import { LearnedRows } from './learnedRows.svelte.ts'

export const ASPECTS = ['tokens', 'text', 'lengths', 'batch'] as const
export type Aspect = (typeof ASPECTS)[number]

const MILLISECONDS_BEFORE_PREVIEW = 150

/** What is looked at in step 2. */
export class LearnsView {
  readonly #client: Client
  readonly #project: OpenProject
  readonly rows: LearnedRows
  aspect: Aspect = $state('tokens')
  mark: RowMark | null = $state(null)
  selected: RowId | null = $state(null)
  /** Index of the token that was chosen, and of the one that the pointer is on. */
  token: number | null = $state(null)
  pointed: number | null = $state(null)
  /** Where the handle of the limit is while it is moved. */
  draftLimit: number | null = $state(null)
  batchIndex = $state(0)
  readonly row = new Loaded<LearnsRow | null>()
  readonly batch = new Loaded<LearnsBatch>()
  readonly preview = new Loaded<CutPreview>()
  #moreTokens: readonly ExplainedToken[] = $state.raw([])
  /** What was asked for last, so that nothing is read twice. */
  #askedRow = ''
  #askedBatch = ''
  #askedPreview = ''
  #previewTimer: ReturnType<typeof setTimeout> | undefined

  readonly tokens: readonly ExplainedToken[] = $derived([...(this.row.value?.tokens ?? []), ...this.#moreTokens])
  readonly shownToken: number | null = $derived(this.pointed ?? this.token)
  /** Changes whenever a row may be learned differently. */
  readonly situation: string = $derived(this.#situation())

  constructor(client: Client, project: OpenProject) {
    this.#client = client
    this.#project = project
    this.rows = new LearnedRows(client, project.folder)
  }

  get limit(): number {
    return this.draftLimit ?? this.#project.learning.overview?.settings.max_length ?? 0
  }

  select(id: RowId): void {
    if (id === this.selected) return
    this.selected = id
    this.token = null
    this.pointed = null
  }

  async readRow(situation: string, id: RowId, again = false): Promise<void> {
    const asked = `${id} ${situation}`
    if (asked === this.#askedRow && !again) return
    this.#askedRow = asked
    const project = this.#project.folder
    await this.row.load(() => this.#client.call('learns.row', { project, id, start: 0 }))
    this.#moreTokens = []
    this.pointed = null
    const count = this.row.value?.tokenCount ?? 0
    if (this.token !== null && this.token >= count) this.token = null
  }

  /** Reads the next tokens of a long row. */
  async readMore(): Promise<void> {
    const row = this.row.value
    if (!row) return
    const start = this.tokens.length
    const more = await this.#client.call('learns.row', { project: this.#project.folder, id: row.id, start })
    if (more && this.row.value === row && this.tokens.length === start) this.#moreTokens = [...this.#moreTokens, ...more.tokens]
  }

  /** @param again reads it even where nothing has changed, as after an error */
  async readBatch(situation: string, index: number, again = false): Promise<void> {
    const asked = `${index} ${situation}`
    if (asked === this.#askedBatch && !again) return
    this.#askedBatch = asked
    await this.batch.load(() => this.#client.call('learns.batch', { project: this.#project.folder, index }))
  }

  /** Looks what a limit would cut, once the handle rests. */
  previewSoon(situation: string, maxLength: number, again = false): void {
    const asked = `${maxLength} ${situation}`
    if (asked === this.#askedPreview && !again) return
    this.#askedPreview = asked
    clearTimeout(this.#previewTimer)
    this.#previewTimer = setTimeout(() => {
      void this.preview.load(() => this.#client.call('learns.cutWords', { project: this.#project.folder, maxLength }))
    }, MILLISECONDS_BEFORE_PREVIEW)
  }

  close(): void {
    clearTimeout(this.#previewTimer)
  }

  #situation(): string {
    return JSON.stringify([this.#project.rows?.version ?? 0, this.#project.info.plan])
  }
}
