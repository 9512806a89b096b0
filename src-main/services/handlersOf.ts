import type { CallName, Handlers } from '../contract/contract.ts'

/** The handlers of one area of the contract, such as 'rows'. */
export type HandlersOf<Area extends string> = Pick<Handlers, Extract<CallName, `${Area}.${string}`>>
