import type { Action } from './action.ts'

/** The actions that there are now: those of the window, and those of what is open in it. */
export class Actions {
  #lists: (readonly Action[])[] = $state.raw([])
  /** Of the actions with the same id, the one that was added last. */
  readonly all: readonly Action[] = $derived(
    this.#lists.flat().filter(({ id }, at, all) => all.findLastIndex((other) => other.id === id) === at),
  )

  /** @returns a function that takes them away again */
  add(list: readonly Action[]): () => void {
    this.#lists = [...this.#lists, list]
    return () => {
      this.#lists = this.#lists.filter((other) => other !== list)
    }
  }
}
