import type { TokenReason } from './tokenReason.ts'

export interface MaskedToken {
  id: number
  /** The characters that the token adds to the row's text; empty where it only completes or begins a character. */
  text: string
  /** Where the token has only some bytes of its first or last character: its characters whole, those that stand in the token before included. */
  partOf: string | null
  reason: TokenReason
}
