import { tick } from 'svelte'

/** A row that is being added, and the keys that came before it was there. */
export class NewRow {
  #adding: Promise<void> | null = $state.raw(null)
  /** Keys that came before the row that they are meant for. */
  #late = $state(0)
  #latest: Promise<void> = Promise.resolve()

  /** Whether a new row is on its way: what is typed meanwhile is meant for it, not for the cell where the person still is. */
  get isComing(): boolean {
    return this.#adding !== null
  }

  /** Whether a key has to wait for such a row, or for keys that came before it and had to. */
  get keepsKeysWaiting(): boolean {
    return this.isComing || this.#late > 0
  }

  /** Does what was meant for a new row once it is there, in the order in which it was meant. */
  async whenThere(work: () => void): Promise<void> {
    this.#late++
    const done = this.#latest.then(async () => {
      while (this.#adding) await this.#adding
      // The cell that a key leads to takes the focus when it is drawn.
      await tick()
      work()
      await tick()
    })
    this.#latest = done.catch(() => undefined)
    await done.finally(() => this.#late--)
  }

  /** @param work what ends in a new row to write in; one after another */
  async add(work: () => Promise<void>): Promise<void> {
    while (this.#adding) await this.#adding
    const done = work().finally(() => (this.#adding = null))
    this.#adding = done.catch(() => undefined)
    await done
  }
}
