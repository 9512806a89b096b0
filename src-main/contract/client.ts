import type { Answer } from './answer.ts'
import type { Argument, CallName, Value } from './contract.ts'
import { TuneDeskError } from './error.ts'

/** Carries a call to the main process and its answer back: Electron's IPC in the app, a test's own function in a browser. */
export type Transport = (name: string, argument: unknown) => Promise<unknown>

export type Client = <Name extends CallName>(name: Name, argument: Argument<Name>) => Promise<Value<Name>>

/** The typed client of the contract. Its promises reject with a TuneDeskError only. */
export function createClient(transport: Transport): Client {
  return async (name, argument) => {
    // The other side is our own main process, which answers by the same contract.
    const answer = (await transport(name, argument)) as Answer<Value<typeof name>>
    if (!answer.ok) throw new TuneDeskError(answer.code, answer.parameters)
    return answer.value
  }
}
