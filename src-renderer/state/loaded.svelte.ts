import type { TuneDeskError } from '../../src-main/contract/error.ts'
import { asTuneDeskError } from './notices.svelte.ts'

/** A value that comes from the main process: still on its way, there, or an error of the book. The last question asked wins. */
export class Loaded<Value> {
  #asked = 0
  value: Value | undefined = $state.raw()
  error: TuneDeskError | undefined = $state.raw()
  isLoading = $state(false)

  /** Keeps showing the value before while the next one is on its way. */
  async load(question: () => Promise<Value>): Promise<void> {
    const asked = ++this.#asked
    this.isLoading = true
    try {
      const value = await question()
      if (asked !== this.#asked) return
      this.value = value
      this.error = undefined
    } catch (error) {
      if (asked === this.#asked) this.error = asTuneDeskError(error)
    } finally {
      if (asked === this.#asked) this.isLoading = false
    }
  }
}
