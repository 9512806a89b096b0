import type { Replacement, ReplacementPreview } from '../../../../src-main/contract/areas/rows.ts'
import { FIELDS, type Field } from '../../../../src-main/contract/field.ts'
import { Loaded } from '../../../state/loaded.svelte.ts'
import type { ExamplesTable } from '../examplesTable.svelte.ts'

/** Milliseconds without a key until the preview is made anew. */
const PAUSE = 200

/** What is to be replaced, and what that would change. */
export class Replacing {
  readonly #table: ExamplesTable
  #timer: ReturnType<typeof setTimeout> | undefined
  find = $state('')
  replacement = $state('')
  fields: readonly Field[] = $state.raw(FIELDS)
  matchCase = $state(false)
  isPattern = $state(false)
  /** Only in the rows that are selected. */
  isOnlySelected = $state(false)
  readonly preview = new Loaded<ReplacementPreview>()
  /** What the preview is of. */
  #previewed: Replacement | null = $state.raw(null)

  readonly wanted: Replacement = $derived.by(() => {
    const { find, replacement, fields, matchCase, isPattern } = this
    const { selection } = this.#table
    const ids = this.isOnlySelected && selection.count > 0 ? [...selection.ids] : null
    return { find, replacement, fields: [...fields], matchCase, isPattern, ids }
  })
  readonly canAsk: boolean = $derived(this.find !== '' && this.fields.length > 0)
  /** How many rows would change, known for what stands in the fields now; otherwise 0. */
  readonly rows: number = $derived.by(() =>
    this.canAsk && this.#previewed === this.wanted && !this.preview.error ? (this.preview.value?.rows ?? 0) : 0,
  )

  constructor(table: ExamplesTable) {
    this.#table = table
  }

  toggle(field: Field): void {
    this.fields = FIELDS.filter((other) => (other === field) !== this.fields.includes(other))
  }

  /** Makes the preview anew, once the person has stopped typing. */
  previewSoon(): void {
    const { wanted, canAsk } = this
    const { app, project } = this.#table
    clearTimeout(this.#timer)
    if (!canAsk) return
    this.#timer = setTimeout(() => {
      void this.preview
        .load(() => app.client.call('rows.previewReplacement', { project: project.folder, ...wanted }))
        .then(() => (this.#previewed = wanted))
    }, PAUSE)
  }

  async replaceAll(): Promise<void> {
    await this.#table.changeWithUndo({ kind: 'replace', ...this.wanted }, 'examples.done-replace')
  }

  close(): void {
    clearTimeout(this.#timer)
  }
}
