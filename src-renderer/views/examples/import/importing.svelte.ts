import type { ImportPreview, Mapping, Reading } from '../../../../src-main/contract/areas/imports.ts'
import type { TuneDeskError } from '../../../../src-main/contract/error.ts'
import type { Client } from '../../../../src-main/contract/client.ts'
import { asTuneDeskError } from '../../../state/notices.svelte.ts'

/** A file is not read anew for each letter of a text that goes into every row. In milliseconds. */
const TYPING_PAUSE = 250

/** A file on its way into a project: chosen, looked at, changed until it is right, imported. */
export class Importing {
  readonly #client: Client
  readonly #project: string
  readonly #stopListening: () => void
  #importId = ''
  /** Only what was asked for last is of interest. */
  #turn = 0
  /** How a person wants the file read; what is not there is found out. */
  #reading: Reading = {}

  name: string | null = $state(null)
  preview: ImportPreview | null = $state.raw(null)
  /** What is going on; null: nothing. */
  work: 'reading' | 'importing' | null = $state(null)
  /** From 0 to 1; null where it is not known. */
  share: number | null = $state(null)
  error: TuneDeskError | null = $state.raw(null)

  constructor(client: Client, project: string) {
    this.#client = client
    this.#project = project
    this.#stopListening = client.on('imports.progress', ({ importId, share }) => {
      if (importId === this.#importId && this.work) this.share = share
    })
  }

  /** Takes a file in hand; one that was in hand before is let go. */
  async open(file: File | string): Promise<void> {
    void this.#letGo()
    this.#reading = {}
    this.preview = null
    this.name = typeof file === 'string' ? (file.split(/[\\/]/).at(-1) ?? file) : file.name
    this.#importId = crypto.randomUUID()
    await this.#read(async () => {
      const path = typeof file === 'string' ? file : await this.#client.pathOf(file)
      return this.#client.call('imports.open', { importId: this.#importId, project: this.#project, path })
    })
  }

  readAs(change: Reading): Promise<void> {
    this.#reading = { ...this.#reading, ...change }
    // Another sheet has another header.
    if (change.sheet !== undefined) delete this.#reading.header
    return this.#configure({ reading: this.#reading })
  }

  /** Shown at once; the rows follow, when the person pauses. */
  map(mapping: Mapping): Promise<void> {
    if (this.preview) this.preview = { ...this.preview, mapping }
    return this.#read(async (isWanted) => {
      await new Promise((resolve) => setTimeout(resolve, TYPING_PAUSE))
      return isWanted() ? this.#client.call('imports.configure', { importId: this.#importId, mapping }) : null
    })
  }

  /** Reads the file once more, as before: it has changed. */
  again(): Promise<void> {
    return this.#configure({})
  }

  /** @returns how many rows were imported; null where it did not come to that */
  async commit(mode: 'append' | 'replace'): Promise<number | null> {
    const turn = this.#begin('importing')
    try {
      const { added } = await this.#client.call('imports.commit', { importId: this.#importId, mode })
      return added
    } catch (error) {
      this.#fail(turn, error)
      return null
    } finally {
      this.#end(turn)
    }
  }

  /** Another file is wanted. */
  putBack(): void {
    this.#turn++
    this.work = null
    this.error = null
    this.preview = null
    this.name = null
    void this.#letGo()
  }

  close(): void {
    this.#stopListening()
    this.#turn++
    void this.#letGo()
  }

  async #letGo(): Promise<void> {
    const importId = this.#importId
    if (importId === '') return
    this.#importId = ''
    // Where that fails the main process has let go of it already, or is gone itself.
    await this.#client.call('imports.cancel', { importId }).catch(() => undefined)
  }

  #configure(change: { reading?: Reading; mapping?: Mapping }): Promise<void> {
    return this.#read(() => this.#client.call('imports.configure', { importId: this.#importId, ...change }))
  }

  async #read(work: (isWanted: () => boolean) => Promise<ImportPreview | null>): Promise<void> {
    const turn = this.#begin('reading')
    const isWanted = (): boolean => turn === this.#turn
    try {
      const preview = await work(isWanted)
      if (isWanted()) this.preview = preview
    } catch (error) {
      this.#fail(turn, error)
    } finally {
      this.#end(turn)
    }
  }

  #begin(work: 'reading' | 'importing'): number {
    this.work = work
    this.share = null
    this.error = null
    return ++this.#turn
  }

  #fail(turn: number, error: unknown): void {
    if (turn === this.#turn) this.error = asTuneDeskError(error)
  }

  #end(turn: number): void {
    if (turn === this.#turn) this.work = null
  }
}
