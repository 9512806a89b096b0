import type { Answer } from './answer.ts'
import type { Argument, CallName, EventName, EventValue, Value } from './contract.ts'
import { TuneDeskError } from './error.ts'

/** What carries calls to the main process and its events back: Electron's IPC, a web socket, a test's own functions. */
export interface Door {
  call(name: string, argument: unknown): Promise<unknown>
  /** @returns a function that ends the listening */
  listen(listener: (name: string, value: unknown) => void): () => void
  /** Where a file that was dropped or chosen in the page lies, for the main process. */
  pathOf(file: File): Promise<string>
  /** Tells when the connection is lost, and when it is there again. Absent where it cannot be lost. @returns a function that ends the watching */
  watchConnection?(watcher: (isConnected: boolean) => void): () => void
}

export interface Client {
  call<Name extends CallName>(name: Name, argument: Argument<Name>): Promise<Value<Name>>
  /** @returns a function that ends the listening */
  on<Name extends EventName>(name: Name, listener: (value: EventValue<Name>) => void): () => void
  pathOf(file: File): Promise<string>
  /**
   * Tells when the connection is lost, and when it is there again: events were missed then, so what was read before is read again.
   * @returns a function that ends the watching
   */
  watchConnection(watcher: (isConnected: boolean) => void): () => void
}

/** The typed client of the contract. Its promises reject with a TuneDeskError only. */
export function createClient(door: Door): Client {
  return {
    async call(name, argument) {
      // The other side is our own main process, which answers by the same contract.
      const answer = (await door.call(name, argument)) as Answer<Value<typeof name>>
      if (!answer.ok) throw new TuneDeskError(answer.code, answer.parameters)
      return answer.value
    },
    on(name, listener) {
      return door.listen((told, value) => {
        if (told === name) listener(value as EventValue<typeof name>)
      })
    },
    pathOf: (file) => door.pathOf(file),
    watchConnection: (watcher) => door.watchConnection?.(watcher) ?? (() => undefined),
  }
}
