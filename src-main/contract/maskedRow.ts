import type { TokenReason } from './tokenReason.ts'

/** A row as the model would learn it. */
export interface MaskedRow {
  /** Index of the row in its dataset, from 0. */
  row: number
  tokens: MaskedToken[]
}

export interface MaskedToken {
  id: number
  /** The characters that the token adds to the row's text; empty where it only completes or begins a character. */
  text: string
  reason: TokenReason
}
