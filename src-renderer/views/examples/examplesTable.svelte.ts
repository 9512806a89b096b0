import type { Edit, RowId, RowsState, RowView } from '../../../src-main/contract/areas/rows.ts'
import { FIELDS, type Field } from '../../../src-main/contract/field.ts'
import type { MessageKey } from '../../i18n/translation.ts'
import type { App } from '../../state/app.svelte.ts'
import type { Notice } from '../../state/notices.svelte.ts'
import type { OpenProject } from '../../state/openProject.svelte.ts'
import { CellDraft } from './cellDraft.svelte.ts'
import { Columns } from './columns.svelte.ts'
import { RowHeight } from './rowHeight.svelte.ts'
import type { ShownRow } from './pageCache.ts'
import { NewRow } from './newRow.svelte.ts'
import { RowPages } from './rowPages.svelte.ts'
import { RowSelection } from './rowSelection.svelte.ts'
import { scrollTopToReveal, visibleRange } from './visibleRange.ts'

/** A cell by its position in the view. */
export interface ActiveCell {
  index: number
  column: number
  /** Its row; null as long as the row has not been read. */
  id: RowId | null
}

/** On both sides of a text, in pixels. */
const CELL_PADDING = 18

export const ALL_ROWS: RowView = { text: '', matchCase: false, heldOut: null, finding: null }

export const isFiltered = ({ text = '', heldOut = null, finding = null }: RowView): boolean =>
  text !== '' || heldOut !== null || finding !== null

export const fieldAt = (column: number): Field => FIELDS[column] ?? 'label'

/** The table of examples: what is shown, where the person is, what they write. One for as long as the view is there. */
export class ExamplesTable {
  readonly app: App
  readonly project: OpenProject
  readonly #listening: (() => void)[]
  /** Edits one after another: each is meant for the rows as the one before left them. */
  #queue: Promise<unknown> = Promise.resolve()
  #waiting = $state(0)
  #version = -1
  #selecting: Promise<void> = Promise.resolve()
  #selectionsWaiting = 0
  #isFitted = $state(false)
  #isRevealing = false
  #doneNotice: number | null = null
  #draft: CellDraft | null = $state.raw(null)
  readonly pages: RowPages
  readonly selection = new RowSelection()
  readonly newRow = new NewRow()
  readonly columns = new Columns()
  readonly rowHeight = new RowHeight()
  #cell: ActiveCell | null = $state.raw(null)
  /** Whether keys are meant for the table. */
  hasFocus = $state(false)
  /** Whether the next Tab leaves the table instead of going to the next cell. */
  isLeaving = $state(false)
  /** The element that scrolls, and how much of the rows it shows. */
  scroller: HTMLElement | null = null
  /** Where a text to look for is typed. */
  findField: HTMLInputElement | null = null
  screen = $state.raw({ scrollTop: 0, height: 0 })

  readonly count: number = $derived.by(() => this.pages.count ?? 0)
  /** Where the person is; at first, in the first row. */
  readonly active: ActiveCell | null = $derived.by(() =>
    this.count > 0 ? (this.#cell ?? { index: 0, column: 0, id: null }) : null,
  )
  readonly rowPixels: number = $derived.by(() => this.rowHeight.pixels(this.count))
  readonly range: { start: number; end: number } = $derived.by(() => visibleRange(this.screen, this.rowPixels, this.count))
  /** Rows that are drawn: those seen, some around them, and the active one, which keeps the focus. */
  readonly drawn: readonly { index: number; row: ShownRow | undefined }[] = $derived.by(() => {
    const { start, end } = this.range
    const indexes = Array.from({ length: end - start }, (_, at) => start + at)
    const active = this.active?.index
    if (active !== undefined && active < this.count && (active < start || active >= end)) indexes.push(active)
    return indexes.map((index) => ({ index, row: this.pages.rowAt(index) }))
  })
  readonly activeRow: ShownRow | undefined = $derived.by(() => {
    const row = this.active ? this.pages.rowAt(this.active.index) : undefined
    const id = this.active?.id ?? null
    return id === null || row?.id === id ? row : undefined
  })
  /** The rows that an action on rows is meant for: those selected, otherwise the active one. */
  readonly targets: readonly RowId[] = $derived.by(() =>
    this.selection.count > 0 ? [...this.selection.ids] : this.activeRow ? [this.activeRow.id] : [],
  )
  readonly isSaved: boolean = $derived.by(
    () => this.#waiting === 0 && this.project.rows?.isSaved !== false && !this.#draft?.isUnsaved,
  )

  constructor(app: App, project: OpenProject) {
    this.app = app
    this.project = project
    const { client } = app
    this.pages = new RowPages(
      (view, start, end) => client.call('rows.page', { project: project.folder, view, start, end }),
      (error) => app.notices.tellError(error),
    )
    this.#listening = [
      client.on('rows.changed', (state) => {
        if (state.project === project.folder) this.#take(state)
      }),
      client.on('rows.examined', (examined) => {
        if (examined.project === project.folder && !this.pages.isExamined) this.pages.renew()
      }),
      client.watchConnection((isConnected) => {
        if (isConnected) this.pages.renew()
      }),
    ]
  }

  close(): void {
    this.commit()
    for (const stop of this.#listening) stop()
  }

  get draft(): CellDraft | null {
    return this.#draft
  }

  get isEditing(): boolean {
    return this.#draft !== null
  }

  // Where the person is

  /** Makes a cell the active one. What was being written is saved. */
  activate(index: number, column: number, id?: RowId): void {
    this.commit()
    if (this.count === 0) return
    const at = Math.max(0, Math.min(this.count - 1, index))
    this.#cell = {
      index: at,
      column: Math.max(0, Math.min(FIELDS.length - 1, column)),
      id: id ?? this.pages.rowAt(at)?.id ?? null,
    }
    this.isLeaving = false
    this.#reveal(at)
  }

  move(rows: number, columns: number): void {
    const { index, column } = this.active ?? { index: 0, column: 0 }
    this.activate(index + rows, column + columns)
  }

  /** Goes to a row wherever it is in the view. @returns whether it is in it */
  async goTo(id: RowId, column = this.active?.column ?? 0): Promise<boolean> {
    const [index] = await this.app.client.call('rows.locate', { project: this.project.folder, view: this.pages.view, ids: [id] })
    if (index === undefined) return false
    await this.pages.load(index)
    this.activate(index, column, id)
    return true
  }

  /** The keys are meant for the table from now on. */
  takeFocus(): void {
    this.hasFocus = true
    // A cell that is still to be drawn takes it by itself.
    this.scroller?.querySelector('textarea')?.focus({ preventScroll: true })
  }

  /** How many rows fit on the screen. */
  get rowsOnScreen(): number {
    return Math.max(1, Math.floor(this.screen.height / this.rowPixels) - 1)
  }

  get isFitted(): boolean {
    return this.#isFitted
  }

  /** Makes the rows as tall as most of them need: when they are first seen. */
  fitRows(textsWidth: number): void {
    this.#isFitted = true
    const texts = this.pages.atHand().map((row) => FIELDS.map((field) => row[field]))
    this.rowHeight.fit(
      texts,
      this.columns.shares.map((share) => Math.max(1, share * textsWidth - CELL_PADDING)),
    )
  }

  /** Many rows came at once: their height is found anew. */
  fitRowsAgain(): void {
    this.#isFitted = false
  }

  show(view: RowView): void {
    this.commit()
    this.selection.clear(0)
    this.#cell = null
    this.pages.show(view)
    this.scroller?.scrollTo({ top: 0 })
  }

  // What is selected

  /** Rows from the one where the selection began to another. */
  selectTo(index: number): Promise<void> {
    const { anchor } = this.selection
    const [start, end] = [Math.min(anchor, index), Math.max(anchor, index) + 1]
    return this.#select(async () => this.selection.only(await this.#ids(start, end), anchor))
  }

  selectAll(): Promise<void> {
    this.commit()
    return this.#select(async () => {
      // Rows that are only being added are meant as well.
      await this.#queue
      this.selection.only(await this.#askForIds(0, Number.MAX_SAFE_INTEGER))
    })
  }

  /** Keys come faster than answers: what is done with the rows selected waits until they are. */
  async selected(): Promise<void> {
    await this.#selecting.catch(() => undefined)
  }

  /** Whether it is still being found out which rows are selected. */
  get isSelecting(): boolean {
    return this.#selectionsWaiting > 0
  }

  #select(work: () => Promise<void>): Promise<void> {
    this.#selectionsWaiting++
    this.#selecting = this.selected()
      .then(work)
      .finally(() => this.#selectionsWaiting--)
    return this.#selecting
  }

  #ids(start: number, end: number): Promise<RowId[]> {
    const at = Array.from({ length: Math.min(end - start, 200) }, (_, offset) => this.pages.rowAt(start + offset)?.id)
    // What is at hand needs no question.
    if (end - start <= at.length && at.every((id) => id !== undefined)) return Promise.resolve(at)
    return this.#askForIds(start, end)
  }

  #askForIds(start: number, end: number): Promise<RowId[]> {
    return this.app.client.call('rows.ids', { project: this.project.folder, view: this.pages.view, start, end })
  }

  // Writing in a cell

  /** Begins to write in the active cell. */
  edit(): void {
    const row = this.activeRow
    if (!row || !this.active || this.#draft) return
    const field = fieldAt(this.active.column)
    this.selection.clear(this.active.index)
    if (isFiltered(this.pages.view)) this.pages.hold(true)
    this.#draft = new CellDraft(row.id, field, row[field], (id, of, text) => {
      this.pages.patch(id, of, text)
      void this.app.attempt(() => this.change({ kind: 'set', id, field: of, text }))
    })
  }

  /** Takes what was typed into the active cell. */
  write(text: string): void {
    this.edit()
    this.#draft?.write(text)
  }

  commit(): void {
    const draft = this.#draft
    if (!draft) return
    draft.flush()
    this.#leaveDraft()
  }

  cancel(): void {
    this.#draft?.cancel()
    this.#leaveDraft()
  }

  #leaveDraft(): void {
    this.#draft = null
    this.pages.hold(false)
  }

  /** Empties a cell. */
  clearCell(): void {
    if (!this.activeRow || !this.active || this.activeRow[fieldAt(this.active.column)] === '') return
    this.write('')
    this.commit()
  }

  // Changing rows

  /** Does an edit after those that are on their way. @returns the ids of the rows that it touched or made */
  change(edit: Edit): Promise<RowId[]> {
    if (edit.kind !== 'set') this.commit()
    return this.#enqueue(() => this.app.client.call('rows.edit', { project: this.project.folder, edit }))
  }

  async undo(): Promise<void> {
    this.commit()
    await this.#follow(await this.#enqueue(() => this.app.client.call('rows.undo', { project: this.project.folder })))
  }

  async redo(): Promise<void> {
    this.commit()
    await this.#follow(await this.#enqueue(() => this.app.client.call('rows.redo', { project: this.project.folder })))
  }

  /** An edit that takes something away or touches much: said in a notice that takes it back. */
  async changeWithUndo(edit: Edit, key: MessageKey): Promise<RowId[]> {
    const ids = await this.change(edit)
    this.tellDone(key, this.project.rows?.undo?.rows ?? ids.length)
    return ids
  }

  /** A notice that is there until the rows change again: what its button does, undo unless said, would mean something else then. */
  tellDone(key: MessageKey, count: number, action: Notice['action'] = { label: 'app.undo', run: () => this.undo() }): void {
    if (this.#doneNotice !== null) this.app.notices.dismiss(this.#doneNotice)
    this.#doneNotice = this.app.notices.tell(key, { count }, action)
  }

  /** Goes to what undo or redo brought back or changed. */
  async #follow([id]: readonly RowId[]): Promise<void> {
    this.selection.clear()
    if (id !== undefined) await this.goTo(id)
  }

  #enqueue(work: () => Promise<{ state: RowsState; ids: RowId[] }>): Promise<RowId[]> {
    this.#waiting++
    const done = this.#queue
      .then(work)
      .then(({ state, ids }) => {
        this.#take(state)
        return ids
      })
      .finally(() => this.#waiting--)
    this.#queue = done.catch(() => undefined)
    return done
  }

  /** The rows were changed: here, by an import, or outside. */
  #take(state: RowsState): void {
    if (state.version <= this.#version) return
    this.#version = state.version
    this.project.takeRows(state)
    if (this.#doneNotice !== null) this.app.notices.dismiss(this.#doneNotice)
    this.#doneNotice = null
    this.pages.renew()
    void this.#keepActive()
  }

  /** The active row stays the active one where rows before it came or went; where it went itself, its place does. */
  async #keepActive(): Promise<void> {
    const active = this.#cell
    const id = active?.id ?? null
    if (!active || id === null || this.#draft) return
    const { client } = this.app
    const [index] = await client.call('rows.locate', { project: this.project.folder, view: this.pages.view, ids: [id] })
    if (this.#cell !== active || index === active.index) return
    if (index !== undefined) this.#cell = { ...active, index }
    else {
      await this.pages.load(active.index)
      if (this.#cell !== active) return
      const at = Math.min(active.index, this.count - 1)
      this.#cell = at < 0 ? null : { ...active, index: at, id: null }
    }
  }

  /** @returns whether the active cell has just become it and should be seen as a whole */
  takeReveal(): boolean {
    const isWanted = this.#isRevealing
    this.#isRevealing = false
    return isWanted
  }

  #reveal(index: number): void {
    this.#isRevealing = true
    const scrollTop = scrollTopToReveal(index, this.screen, this.rowPixels)
    if (scrollTop === this.screen.scrollTop) return
    this.screen = { ...this.screen, scrollTop }
    this.scroller?.scrollTo({ top: scrollTop })
  }
}
