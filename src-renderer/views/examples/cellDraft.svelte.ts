import type { Field, RowId } from '../../../src-main/contract/areas/rows.ts'

/** While somebody types, so many milliseconds of it may be lost at most. */
const SAVE_EVERY = 400

/** Fields to type into give every line end as \n. */
export const asTyped = (text: string): string => text.replace(/\r\n?/g, '\n')

/** A cell's text while it is being written: saved as the person types, and taken back by Escape. */
export class CellDraft {
  readonly id: RowId
  readonly field: Field
  readonly #original: string
  readonly #save: (id: RowId, field: Field, text: string) => void
  #saved: string = $state('')
  #timer: ReturnType<typeof setTimeout> | undefined
  text: string = $state('')

  constructor(id: RowId, field: Field, original: string, save: (id: RowId, field: Field, text: string) => void) {
    this.id = id
    this.field = field
    this.#original = original
    this.#saved = original
    this.#save = save
    this.text = asTyped(original)
  }

  /** Whether something typed has not been handed over to be saved. */
  get isUnsaved(): boolean {
    return this.text !== asTyped(this.#saved)
  }

  write(text: string): void {
    this.text = text
    this.#timer ??= setTimeout(() => this.flush(), SAVE_EVERY)
  }

  /** Saves now what is not saved yet. */
  flush(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    // Opening a text and leaving it must not rewrite its line ends.
    const text = this.text === asTyped(this.#original) ? this.#original : this.text
    if (text === this.#saved) return
    this.#saved = text
    this.#save(this.id, this.field, text)
  }

  cancel(): void {
    this.text = asTyped(this.#original)
    this.flush()
  }
}
