import type { ModelSummary } from '../../../src-main/contract/areas/models.ts'
import type { Client } from '../../../src-main/contract/client.ts'
import { Loaded } from '../../state/loaded.svelte.ts'

/** The models that there are, and the one that is being looked at before it is taken into the list. */
export class ModelsView {
  readonly #client: Client
  readonly #listening: (() => void)[]
  readonly models = new Loaded<ModelSummary[]>()
  /** Its value is the list after the model was added. */
  readonly adding = new Loaded<ModelSummary[]>()
  /** The folder that was given last. */
  folder = $state('')

  constructor(client: Client) {
    this.#client = client
    this.#listening = [
      client.on('models.changed', (list) => this.#take(list)),
      client.watchConnection((isConnected) => {
        if (isConnected) void this.load()
      }),
    ]
  }

  readonly load = (): Promise<void> => this.models.load(() => this.#client.call('models.list', undefined))

  /** What keeps it from being added is in `adding.error`. @returns the model, once it is in the list */
  async add(folder: string): Promise<ModelSummary | undefined> {
    if (this.adding.isLoading) return undefined
    this.folder = folder
    await this.adding.load(() => this.#client.call('models.add', { folder }))
    const { error, value } = this.adding
    if (error || !value) return undefined
    this.#take(value)
    return value.at(-1)
  }

  close(): void {
    for (const stop of this.#listening) stop()
  }

  #take(list: ModelSummary[]): void {
    // What was asked before knows less.
    void this.models.load(async () => list)
  }
}
