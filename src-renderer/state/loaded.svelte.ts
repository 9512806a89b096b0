import { TuneDeskError } from '../../src-main/contract/error.ts'

/** A value that comes from the main process: still on its way, there, or an error of the book. The last question asked wins. */
export class Loaded<Value> {
  #asked = 0
  value: Value | undefined = $state.raw()
  error: TuneDeskError | undefined = $state.raw()

  /** Keeps showing the value before while the next one is on its way. */
  async load(question: () => Promise<Value>): Promise<void> {
    const asked = ++this.#asked
    this.error = undefined
    try {
      const value = await question()
      if (asked === this.#asked) this.value = value
    } catch (error) {
      if (asked !== this.#asked) return
      const reason = error instanceof Error ? error.message : String(error)
      this.error = error instanceof TuneDeskError ? error : new TuneDeskError('internal/unexpected', { reason })
    }
  }
}
